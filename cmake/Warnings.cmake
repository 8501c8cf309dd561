# One INTERFACE target carries the warnings and the sanitizers of every target of ours.
add_library(skitter_flags INTERFACE)
# Who links the installed folders has warnings of their own.
set(SKITTER_WARNINGS
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough -Wextra-semi)
if(SKITTER_WERROR)
  list(APPEND SKITTER_WARNINGS -Werror)
endif()
target_compile_options(skitter_flags INTERFACE "$<BUILD_INTERFACE:${SKITTER_WARNINGS}>")
# The files of a unity build are included, so that the anonymous namespace of one looks like a header's.
if(CMAKE_UNITY_BUILD)
  target_compile_options(skitter_flags INTERFACE -Wno-subobject-linkage)
endif()
target_include_directories(skitter_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/skitter>)
if(SKITTER_SANITIZE)
  target_compile_options(skitter_flags INTERFACE
    -fsanitize=${SKITTER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(skitter_flags INTERFACE -fsanitize=${SKITTER_SANITIZE})
endif()

# The optimiser takes most of the time of a sanitized build: what is not itself slow to run does without it there.
function(skitter_leave_unoptimised target)
  if(SKITTER_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()
