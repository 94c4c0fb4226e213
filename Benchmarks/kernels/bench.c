/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

/* The generator of Numerical Recipes, "An even quicker generator". */
#define MULTIPLIER UINT32_C(1664525)
#define INCREMENT  UINT32_C(1013904223)

static uint32_t random_state = 1;
static uint32_t hash = UINT32_C(2166136261);
static int failed;
static size_t taken;

#if defined(__riscv)

/* Variables that kernels read lie in L1, as in a deployed program. */
#define IN_L1 __attribute__((section(".l1")))

/* Control registers of the cluster. */
#define REGISTER(offset) (*(volatile uint32_t *)(0x10200000u + (offset)))
enum { PRINT = 0x00, EXIT = 0x04, CYCLES = 0x08, BARRIER = 0x0C, CONFLICTS = 0x24, CORES = 0x28 };

static uint8_t memory[BENCH_L1_BYTES] __attribute__((section(".l1"), aligned(16)));
int32_t bench_cores IN_L1;
static void (*volatile task)(const void *) IN_L1;
static const void *volatile task_argument IN_L1;

static void barrier(void) {
  (void)REGISTER(BARRIER);
  __asm__ volatile("" ::: "memory");
}

bench_time_t bench_run(void (*kernel)(const void *), const void *argument) {
  bench_time_t time;
  task = kernel;
  task_argument = argument;
  barrier();
  const uint32_t conflicts = REGISTER(CONFLICTS);
  const uint32_t cycles = REGISTER(CYCLES);
  barrier();
  kernel(argument);
  barrier();
  time.cycles = REGISTER(CYCLES) - cycles;
  time.conflicts = REGISTER(CONFLICTS) - conflicts;
  return time;
}

void bench_set_cores(int32_t cores) {
#ifdef BENCH_CORES
  cores = BENCH_CORES;
#endif
  bench_cores = dory_min(cores, (int32_t)REGISTER(CORES));
}

static void put(char character) {
  REGISTER(PRINT) = (uint32_t)character;
}

static void stop(int code) {
  REGISTER(EXIT) = (uint32_t)code;
  for (;;) {
  }
}

/* Every core's start, on its own stack. */
void bench_core(void) {
  if (dory_core_id() == 0) {
    bench_set_cores(16);
    bench_main();
    bench_text("hash ");
    bench_number(hash);
    bench_text("\n");
    stop(failed);
  }
  for (;;) {
    barrier();
    barrier();
    if (dory_core_id() < bench_cores) {
      task(task_argument);
    }
    barrier();
  }
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  size_t i = 0;
  if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
    for (; i + 4 <= bytes; i += 4) {
      *(volatile uint32_t *)((uint8_t *)to + i) = *(const uint32_t *)((const uint8_t *)from + i);
    }
  }
  for (; i < bytes; i++) {
    ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  }
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    ((volatile uint8_t *)to)[i] = (uint8_t)value;
  }
  return to;
}

#else

#include <stdio.h>
#include <stdlib.h>

static uint8_t memory[BENCH_L1_BYTES] __attribute__((aligned(16)));
static int32_t core;
static int32_t bench_cores;

int32_t dory_core_id(void) {
  return core;
}
int32_t dory_core_count(void) {
  return bench_cores;
}
void bench_set_cores(int32_t cores) {
  bench_cores = cores;
}

bench_time_t bench_run(void (*kernel)(const void *), const void *argument) {
  for (core = 0; core < bench_cores; core++) {
    kernel(argument);
  }
  return (bench_time_t){0, 0};
}

static void put(char character) {
  putchar(character);
}
static void stop(int code) {
  exit(code);
}

int main(void) {
  bench_set_cores(8);
  bench_main();
  printf("hash %u\n", (unsigned)hash);
  return failed;
}

#endif

void *bench_l1(size_t bytes) {
  void *result = memory + taken;
  taken += (bytes + 15) & ~(size_t)15;
  if (taken > BENCH_L1_BYTES) {
    bench_text("more than there is of L1\n");
    stop(2);
  }
  return result;
}

void bench_reset(void) {
  taken = 0;
}

void bench_seed(uint32_t seed) {
  random_state = seed;
}

uint32_t bench_random(void) {
  random_state = random_state * MULTIPLIER + INCREMENT;
  return random_state >> 8;
}

int32_t bench_between(int32_t low, int32_t high) {
  const uint64_t count = (uint64_t)((int64_t)high - low) + 1;
  const uint32_t high_bits = bench_random() << 16;
  const uint32_t bits = high_bits ^ bench_random();
  return (int32_t)(low + (int64_t)(bits * count >> 32));
}

void bench_pick_cores(void) {
  const int32_t cores = bench_between(1, 16);
#if defined(__riscv)
  (void)cores;
#else
  bench_set_cores(cores);
#endif
}

static char *write_number(char *to, int32_t number) {
  if (number >= 10) {
    to = write_number(to, number / 10);
  }
  *to = (char)('0' + number % 10);
  return to + 1;
}

const char *bench_shape(int32_t rows, int32_t columns, int32_t channels) {
  static char text[40];
  char *end = write_number(text, rows);
  *end++ = 'x';
  end = write_number(end, columns);
  *end++ = 'x';
  *write_number(end, channels) = 0;
  return text;
}

/* Of each number the upper half, which is the more random one; whole words, since L2 is far. */
void bench_fill(void *bytes, size_t count) {
  uint32_t state = random_state;
  uint32_t word = 0;
  for (size_t i = 0; i < count; i++) {
    if ((i & 3) == 0) {
      const uint32_t low = state * MULTIPLIER + INCREMENT;
      state = low * MULTIPLIER + INCREMENT;
      word = low >> 16 | (state & UINT32_C(0xFFFF0000));
      if (count - i >= 4 && ((uintptr_t)bytes & 3) == 0) {
        *(uint32_t *)(void *)((uint8_t *)bytes + i) = word;
        i += 3;
        continue;
      }
    }
    ((uint8_t *)bytes)[i] = (uint8_t)(word >> 8 * (i & 3));
  }
  random_state = state;
}

void bench_text(const char *text) {
  while (*text) {
    put(*text++);
  }
}

void bench_number(uint32_t number) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) {
    put(digits[--count]);
  }
}

void bench_report(const char *kernel, const char *shape, const char *form, uint32_t work, bench_time_t time) {
  bench_text("{\"kernel\": \"");
  bench_text(kernel);
  bench_text("\", \"shape\": \"");
  bench_text(shape);
  bench_text("\", \"form\": \"");
  bench_text(form);
  bench_text("\", \"cores\": ");
  bench_number((uint32_t)bench_cores);
  bench_text(", \"work\": ");
  bench_number(work);
  bench_text(", \"cycles\": ");
  bench_number(time.cycles);
  bench_text(", \"conflicts\": ");
  bench_number(time.conflicts);
  bench_text("}\n");
}

void bench_compare(const char *what, uint32_t number, const void *expected, const void *actual,
                   size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    const uint8_t one = ((const uint8_t *)expected)[i];
    const uint8_t other = ((const uint8_t *)actual)[i];
    hash = (hash ^ other) * UINT32_C(16777619);
    if (one != other) {
      bench_text(what);
      bench_text(" ");
      bench_number(number);
      bench_text(": byte ");
      bench_number((uint32_t)i);
      bench_text(" is ");
      bench_number(other);
      bench_text(" instead of ");
      bench_number(one);
      bench_text("\n");
      failed = 1;
      return;
    }
  }
}
