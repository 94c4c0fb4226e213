/* SPDX-License-Identifier: Apache-2.0 */
/* Checks every access of the generated C to simulated memory. The compiler puts a call before each of them
 * where it is told to watch for data races; the functions that it calls are those of its own run-time library
 * for that, and this file takes their place. */
#ifdef SIMULATOR_CHECKED
#include <signal.h>
#include <string.h>

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

static void check(const void *address, uint64_t bytes, uint64_t alignment, bool writes,
                  simulator_place_t place) {
  const uint64_t position = simulator_position(address);
  if (position >= simulator_extent() || simulator_timing() == SIMULATOR_FAST) {
    host_access = place; /* the stack, constants */
    return;
  }
  simulator_take_turn();
  simulator_lock();
  if (position % alignment != 0) {
    simulator_report("misaligned", dory_core_id(), place, position, bytes, writes, "");
  }
  const uint8_t mask = writes ? SIMULATOR_WRITABLE | SIMULATOR_ARRIVING | SIMULATOR_LEAVING
                              : SIMULATOR_READABLE | SIMULATOR_ARRIVING | SIMULATOR_DEFINED;
  const uint8_t wanted = writes ? SIMULATOR_WRITABLE : SIMULATOR_READABLE | SIMULATOR_DEFINED;
  while (!writes && bytes > 1 && position + bytes <= simulator_extent() &&
         (simulator_marks[position + bytes - 1] & SIMULATOR_SPARE) != 0) {
    bytes--;
  }
  for (uint64_t i = position; i < position + bytes; i++) {
    if (i >= simulator_extent() || (simulator_marks[i] & mask) != wanted) {
      report_marks(place, i, bytes, writes);
    }
    if (writes) {
      simulator_marks[i] |= SIMULATOR_DEFINED;
    }
  }
  simulator_check_race(place, position, bytes, writes);
  simulator_unlock();
}

/* The host has no memory at an address that the generated C made. */
static _Noreturn void report_signal(int number, siginfo_t *information, void *context) {
  (void)number;
  (void)context;
  simulator_fault("outside of memory", host_access, "an access to address %p of the host",
                  information->si_addr);
}

void simulator_watch_host(void) {
  struct sigaction action = {.sa_sigaction = report_signal, .sa_flags = SA_SIGINFO};
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

/* Calls of the C library, which the linker sends here; clang names them itself. The simulator's own copies
 * are not of a kernel. */
void *__real_memcpy(void *to, const void *from, size_t bytes);
void *__real_memset(void *to, int value, size_t bytes);
void *__wrap_memcpy(void *to, const void *from, size_t bytes);
void *__wrap_memset(void *to, int value, size_t bytes);
void *__tsan_memcpy(void *to, const void *from, size_t bytes);
void *__tsan_memset(void *to, int value, size_t bytes);

static void *copy(void *to, const void *from, size_t bytes, simulator_place_t place) {
  if (is_in_kernel && bytes > 0) {
    check(from, bytes, 1, false, place);
    check(to, bytes, 1, true, place);
  }
  return __real_memcpy(to, from, bytes);
}

static void *fill(void *to, int value, size_t bytes, simulator_place_t place) {
  if (is_in_kernel && bytes > 0) {
    check(to, bytes, 1, true, place);
  }
  return __real_memset(to, value, bytes);
}

void *__wrap_memcpy(void *to, const void *from, size_t bytes) {
  return copy(to, from, bytes, SIMULATOR_CALLER);
}

void *__wrap_memset(void *to, int value, size_t bytes) {
  return fill(to, value, bytes, SIMULATOR_CALLER);
}

void *__tsan_memcpy(void *to, const void *from, size_t bytes) {
  return copy(to, from, bytes, SIMULATOR_CALLER);
}

void *__tsan_memset(void *to, int value, size_t bytes) {
  return fill(to, value, bytes, SIMULATOR_CALLER);
}
#else
#include "simulator.h"

void simulator_begin_kernel(void) {}

void simulator_end_kernel(void) {}

void simulator_watch_host(void) {}
#endif
