/* SPDX-License-Identifier: Apache-2.0 */
/* Checks every access of the generated C to simulated memory. The compiler puts a call before each of them
 * where it is told to watch for data races; the functions that it calls are those of its own run-time library
 * for that, and this file takes their place. */
#ifdef SIMULATOR_CHECKED
#define _GNU_SOURCE /* registers of a signal's context */
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "simulator_races.h"

static bool is_in_kernel;
static _Thread_local simulator_place_t host_access; /* the last one that was not to simulated memory */

void simulator_begin_kernel(void) {
  simulator_begin_races();
  is_in_kernel = true;
}

void simulator_end_kernel(void) {
  is_in_kernel = false;
  simulator_end_races();
}

static _Noreturn void report_marks(simulator_place_t place, uint64_t position, uint64_t bytes, bool writes) {
  const uint8_t marks = simulator_marks[position];
  int64_t offset;
  const simulator_level_t level = simulator_locate(position, &offset);
  const char *kind = "beyond the tile";
  if (offset < 0 || (uint64_t)offset >= simulation.level_bytes[level]) {
    kind = "outside of memory";
  } else if (!is_in_kernel) {
    kind = "outside of kernels";
  } else if (marks & SIMULATOR_ARRIVING) {
    kind = writes ? "write before the wait" : "read before the wait";
  } else if (writes && (marks & SIMULATOR_LEAVING)) {
    kind = "write before the wait";
  } else if (marks & (writes ? SIMULATOR_WRITABLE : SIMULATOR_READABLE)) {
    kind = marks & SIMULATOR_ENDED ? "read after its end" : "never written";
  } else if (marks & SIMULATOR_READABLE) {
    kind = "write to an input";
  }
  simulator_report(kind, dory_core_id(), place, position, bytes, writes, "");
}

/* All that the generated C has of the host: constants and variables of the program, and stacks. Kernels write
 * to their own stack alone: cores share what is behind the others. */
static bool is_host(const char *address, bool writes) {
  extern const char __executable_start[], _end[]; /* the linker makes these */
  if (is_in_kernel && (writes || simulator_is_own_stack(address))) {
    return simulator_is_own_stack(address);
  }
  return (address >= __executable_start && address < _end) || simulator_is_main_stack(address);
}

static void check_host(const char *address, uint64_t bytes, bool writes, simulator_place_t place) {
  host_access = place;
  if (is_host(address, writes)) {
    return;
  }
  if (is_host(address, false)) {
    simulator_fault("shared variable", place, "core %d writes %llu bytes that all cores have", dory_core_id(),
                    (unsigned long long)bytes);
  }
  int64_t offset;
  const simulator_level_t level = simulator_locate(simulator_position(address), &offset);
  simulator_fault("outside of memory", place, "core %d %s %llu bytes at byte %lld of %s, which has %llu",
                  dory_core_id(), writes ? "writes" : "reads", (unsigned long long)bytes, (long long)offset,
                  simulator_level_name(level), (unsigned long long)simulation.level_bytes[level]);
}

static void check(const void *address, uint64_t bytes, uint64_t alignment, bool writes,
                  simulator_place_t place) {
  const uint64_t position = simulator_position(address);
  if (simulator_timing() == SIMULATOR_FAST) {
    return;
  }
  if (position >= simulator_extent() || bytes > simulator_extent() - position) {
    check_host(address, bytes, writes, place);
    return;
  }
  const bool is_word = !writes && bytes == 4 && alignment == 1;
  simulator_take_turn();
  simulator_lock();
  if (position % alignment != 0) {
    simulator_report("misaligned", dory_core_id(), place, position, bytes, writes, "");
  }
  const uint8_t mask = writes ? SIMULATOR_WRITABLE | SIMULATOR_ARRIVING | SIMULATOR_LEAVING
                              : SIMULATOR_READABLE | SIMULATOR_ARRIVING | SIMULATOR_DEFINED;
  const uint8_t wanted = writes ? SIMULATOR_WRITABLE : SIMULATOR_READABLE | SIMULATOR_DEFINED;
  while (is_word && bytes > 1 && (simulator_marks[position + bytes - 1] & SIMULATOR_SPARE) != 0) {
    bytes--;
  }
  for (uint64_t i = position; i < position + bytes; i++) {
    if ((simulator_marks[i] & mask) != wanted) {
      report_marks(place, i, bytes, writes);
    }
    if (writes) {
      simulator_marks[i] |= SIMULATOR_DEFINED;
    }
  }
  simulator_check_race(place, position, bytes, writes);
  simulator_unlock();
}

/* The instruction that caused a signal, as a place; the last access that was looked at where it is none of
 * the program. */
static simulator_place_t culprit(const void *context) {
  extern const char __executable_start[], etext[];
#if defined __x86_64__
  const uintptr_t at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
  const uintptr_t at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#else
  const uintptr_t at = 0;
  (void)context;
#endif
  const bool is_own = (uintptr_t)__executable_start <= at && at < (uintptr_t)etext;
  return is_own ? (simulator_place_t)(at + 1) : host_access;
}

/* The host has no memory at an address that the generated C made. */
static _Noreturn void report_signal(int number, siginfo_t *information, void *context) {
  (void)number;
  simulator_fault("outside of memory", culprit(context), "an access to address %p of the host",
                  information->si_addr);
}

void simulator_watch_host(void) {
  static uint8_t stack[1 << 16]; /* for the case that a kernel has used up its own */
  const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = report_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

/* What the compiler calls before a load and a store: of an aligned type, and of any bytes. */
#define ACCESSES(bytes)                                                                                      \
  void __tsan_read##bytes(void *address);                                                                    \
  void __tsan_write##bytes(void *address);                                                                   \
  void __tsan_unaligned_read##bytes(void *address);                                                          \
  void __tsan_unaligned_write##bytes(void *address);                                                         \
  void __tsan_read##bytes(void *address) {                                                                   \
    check(address, bytes, bytes, false, SIMULATOR_CALLER);                                                   \
  }                                                                                                          \
  void __tsan_write##bytes(void *address) {                                                                  \
    check(address, bytes, bytes, true, SIMULATOR_CALLER);                                                    \
  }                                                                                                          \
  void __tsan_unaligned_read##bytes(void *address) {                                                         \
    check(address, bytes, 1, false, SIMULATOR_CALLER);                                                       \
  }                                                                                                          \
  void __tsan_unaligned_write##bytes(void *address) {                                                        \
    check(address, bytes, 1, true, SIMULATOR_CALLER);                                                        \
  }

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void *caller);
void __tsan_read_range(void *address, long bytes);
void __tsan_write_range(void *address, long bytes);

void __tsan_init(void) {}

void __tsan_func_entry(void *caller) {
  (void)caller;
}

void __tsan_func_exit(void *caller) {
  (void)caller;
}

void __tsan_read_range(void *address, long bytes) {
  check(address, (uint64_t)bytes, 1, false, SIMULATOR_CALLER);
}

void __tsan_write_range(void *address, long bytes) {
  check(address, (uint64_t)bytes, 1, true, SIMULATOR_CALLER);
}

/* Calls of the C library: simulator_calls.h sends them here, and clang calls the last three. */
void *__tsan_memcpy(void *to, const void *from, size_t bytes);
void *__tsan_memmove(void *to, const void *from, size_t bytes);
void *__tsan_memset(void *to, int value, size_t bytes);

static void check_bytes(const void *address, size_t bytes, bool writes, simulator_place_t place) {
  if (bytes > 0) {
    check(address, bytes, 1, writes, place);
  }
}

static void *move(void *to, const void *from, size_t bytes, simulator_place_t place) {
  check_bytes(from, bytes, false, place);
  check_bytes(to, bytes, true, place);
  return memmove(to, from, bytes);
}

void *simulator_move(void *to, const void *from, size_t bytes) {
  return move(to, from, bytes, SIMULATOR_CALLER);
}

void *simulator_fill(void *to, int value, size_t bytes) {
  check_bytes(to, bytes, true, SIMULATOR_CALLER);
  return memset(to, value, bytes);
}

int simulator_compare(const void *a, const void *b, size_t bytes) {
  check_bytes(a, bytes, false, SIMULATOR_CALLER);
  check_bytes(b, bytes, false, SIMULATOR_CALLER);
  return memcmp(a, b, bytes);
}

void *__tsan_memcpy(void *to, const void *from, size_t bytes) {
  return move(to, from, bytes, SIMULATOR_CALLER);
}

void *__tsan_memmove(void *to, const void *from, size_t bytes) {
  return move(to, from, bytes, SIMULATOR_CALLER);
}

void *__tsan_memset(void *to, int value, size_t bytes) {
  check_bytes(to, bytes, true, SIMULATOR_CALLER);
  return memset(to, value, bytes);
}
#else
#include "simulator.h"

void simulator_begin_kernel(void) {}

void simulator_end_kernel(void) {}

void simulator_watch_host(void) {}
#endif
