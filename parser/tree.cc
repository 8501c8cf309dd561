#include "parser/tree.h"

#include <gumbo.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "parser/arena.h"
#include "parser/html.h"
#include "parser/nesting.h"

namespace skitter::parser {
namespace {

// The budget is asked after so many pieces or bytes, whichever comes first: a piece costs gumbo up
// to some 10 us on a hostile page, so that this is every few milliseconds at worst.
constexpr int kPiecesBetween = 1'024;
constexpr std::size_t kBytesBetween = 1u << 20;

// One run of gumbo. The only way out of it before its end is a jump back to build_tree(), across
// gumbo's C frames and the two callbacks below; none of these holds anything to destroy.
struct GumboRun {
  Arena& arena;
  const ParseBudget& budget;
  int pieces_left = kPiecesBetween;
  std::size_t bytes_left = kBytesBetween;
  std::jmp_buf out;
};

thread_local GumboRun* running = nullptr;  // of this thread

bool is_over_budget(GumboRun& run) {
  if (run.arena.used_bytes() > run.budget.memory_bytes) return true;
  run.pieces_left = kPiecesBetween;
  run.bytes_left = kBytesBetween;
  return run.budget.is_over != nullptr && run.budget.is_over(run.budget.context);
}

void* allocate(void* userdata, std::size_t bytes) {
  GumboRun& run = *static_cast<GumboRun*>(userdata);
  if (--run.pieces_left <= 0 || bytes >= run.bytes_left) {
    if (is_over_budget(run)) std::longjmp(run.out, 1);
  } else {
    run.bytes_left -= bytes;
  }
  // Before the piece is taken, so that one absurd size does not go through.
  if (bytes > run.budget.memory_bytes) std::longjmp(run.out, 1);
  void* const piece = run.arena.allocate(bytes);
  if (piece == nullptr) std::longjmp(run.out, 1);  // gumbo does not look at what it is given
  return piece;
}

void release(void* userdata, void* piece) {
  static_cast<GumboRun*>(userdata)->arena.release(piece);
}

// In a frame of its own: what setjmp() returns to must hold no value that changes after it.
const GumboOutput* run_gumbo(GumboRun& run, std::string_view html) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = allocate;
  options.deallocator = release;
  options.userdata = &run;
  options.stop_on_first_error = false;
  options.max_errors = 0;  // each error keeps a copy of the stack: quadratic with unclosed tags
  if (setjmp(run.out) != 0) return nullptr;
  return gumbo_parse_with_options(&options, html.data(), html.size());
}

}  // namespace

// gumbo 0.10.1 is built with its assertions, and some pages break them (CDATA in MathML in a table):
// that may cost the page, not the process. Defined here, this is what assert() calls everywhere in
// the program, in place of the C library's; outside gumbo it does what that one does.
extern "C" [[noreturn]] void __assert_fail(const char* assertion, const char* file,
                                           unsigned int line, const char* function) noexcept {
  if (running != nullptr) std::longjmp(running->out, 1);
  (void)std::fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function,
                     assertion);
  std::abort();
}

const GumboOutput* build_tree(std::string_view html, Arena& arena, const ParseBudget& budget) {
  if (estimate_shape(html).is_absurd()) return nullptr;
  GumboRun run{arena, budget, kPiecesBetween, kBytesBetween, {}};
  running = &run;
  const GumboOutput* const tree = run_gumbo(run, html.data() == nullptr ? "" : html);
  running = nullptr;
  if (tree == nullptr) arena.reset();
  return tree;
}

}  // namespace skitter::parser
