/* What libFuzzer offers to a mutator of one's own. Source: https://llvm.org/docs/LibFuzzer.html. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Changes bytes in place as libFuzzer does by itself; returns how many there are then. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t capacity);
