#include "tests/site/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "tests/site/server.h"

namespace skitter::site {
namespace {

constexpr std::size_t kMaxInputBytes = 2 * kMaxHeadBytes;  // what a client may send ahead

}  // namespace

// Bytes under way to the kernel. They outlive their connection: libuv gives them back when the
// socket is closed.
struct Connection::Write {
  uv_write_t request;
  std::string bytes;
};

Connection::Connection(Server& server, std::uint64_t number)
    : server_(server),
      number_(number),
      socket_(crawler::make_uv<uv_tcp_t>(server.loop(), uv_tcp_init, "client socket", this)),
      timer_(crawler::make_uv<uv_timer_t>(server.loop(), uv_timer_init, "client timer", this)) {}

Connection::~Connection() {
  if (answer_) server_.log().end(log_index_, answer_->sent_bytes());
}

bool Connection::accept(uv_stream_t* listener) {
  if (uv_accept(listener, stream()) != 0) return false;
  (void)uv_tcp_nodelay(socket_.get(), 1);  // only slower without it
  return uv_read_start(stream(), &Connection::on_room, &Connection::on_read) == 0;
}

void Connection::on_room(uv_handle_t* handle, std::size_t, uv_buf_t* room) noexcept {
  *room = static_cast<Connection*>(handle->data)->server_.read_buffer();
}

void Connection::on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* bytes) noexcept {
  auto& connection = *static_cast<Connection*>(stream->data);
  if (count < 0) connection.is_over_ = true;
  if (count > 0) connection.take({bytes->base, static_cast<std::size_t>(count)});
  connection.drop_if_over();
}

void Connection::on_timer(uv_timer_t* timer) noexcept {
  auto& connection = *static_cast<Connection*>(timer->data);
  connection.send();
  connection.drop_if_over();
}

void Connection::on_written(uv_write_t* request, int status) noexcept {
  const std::unique_ptr<Write> write(static_cast<Write*>(request->data));
  // Then the connection is gone, whatever became of the write.
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(request->handle)) != 0) return;
  auto& connection = *static_cast<Connection*>(request->handle->data);
  if (status != 0) connection.is_over_ = true;
  connection.written();
  connection.drop_if_over();
}

// The last thing a callback does: nothing may touch the connection after it.
void Connection::drop_if_over() {
  if (is_over_) server_.drop(*this);
}

void Connection::take(std::string_view bytes) {
  input_.append(bytes);
  skip_body();
  if (input_.size() > kMaxInputBytes && answer_) is_over_ = true;
  serve();
}

// While a body is still to come, no input is left but its bytes.
void Connection::skip_body() {
  const auto bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(body_to_skip_, input_.size()));
  input_.erase(0, bytes);
  body_to_skip_ -= bytes;
}

void Connection::serve() {
  while (!is_over_ && !answer_ && take_request()) {
  }
}

bool Connection::take_request() {
  RequestHead head = parse_head(input_);
  if (head.state == HeadState::Incomplete) return false;
  input_.erase(0, head.bytes);
  body_to_skip_ = head.body_bytes;
  skip_body();
  if (head.state == HeadState::Bad) head.request.keep_alive = false;
  start_answer(std::move(head));
  return true;
}

void Connection::start_answer(RequestHead head) {
  Answer answer = head.state == HeadState::Bad
                      ? Answer::plain(400, "This request cannot be read.\n")
                      : server_.answer(head.request);
  log_index_ = server_.log().begin(head.request, answer.status, number_);
  answer_.emplace(std::move(answer), head.request);
  const milliseconds delay = answer_->answer().delay;
  if (delay.count() > 0) {
    wait(delay);
  } else {
    send();
  }
}

void Connection::send() {
  const Fault fault = answer_->answer().fault;
  if (fault == Fault::Reset) reset();
  if (fault == Fault::Reset || fault == Fault::EmptyReply) {
    is_over_ = true;
  } else if (answer_->is_single_piece()) {
    send_now(answer_->next());
  } else {
    send_queued(answer_->next());
  }
}

// The short way for what fits into the socket's buffer: no allocation, no turn of the loop.
void Connection::send_now(std::string bytes) {
  const uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  const int count = uv_try_write(stream(), &buffer, 1);
  if (count < 0 && count != UV_EAGAIN) {
    is_over_ = true;
  } else if (count == static_cast<int>(bytes.size())) {
    end_answer();
  } else {
    send_queued(bytes.substr(static_cast<std::size_t>(std::max(count, 0))));
  }
}

void Connection::send_queued(std::string bytes) {
  auto write = std::make_unique<Write>();
  write->bytes = std::move(bytes);
  write->request.data = write.get();
  const uv_buf_t buffer =
      uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  if (uv_write(&write->request, stream(), &buffer, 1, &Connection::on_written) == 0) {
    (void)write.release();  // on_written() owns it
  } else {
    is_over_ = true;
  }
}

void Connection::written() {
  if (is_over_) return;
  if (answer_->is_done()) {
    end_answer();
    serve();
  } else if (answer_->answer().pause.count() > 0) {
    wait(answer_->answer().pause);
  } else {
    send();
  }
}

void Connection::end_answer() {
  is_over_ = answer_->closes();
  if (answer_->answer().fault == Fault::ResetAfter) reset();
  server_.log().end(log_index_, answer_->sent_bytes());
  answer_.reset();
}

void Connection::wait(milliseconds time) {
  uv_update_time(server_.loop());  // else the time that this turn has taken would be cut off
  time += milliseconds(1);         // and the loop's clock has whole ones, rounded down
  (void)uv_timer_start(timer_.get(), &Connection::on_timer,
                       static_cast<std::uint64_t>(time.count()), 0);
}

void Connection::reset() {
  uv_os_fd_t fd = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(socket_.get()), &fd) != 0) return;
  const linger no_linger{.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &no_linger,
                   sizeof no_linger);  // else it is an EmptyReply
}

}  // namespace skitter::site
