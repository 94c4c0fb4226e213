/* SPDX-License-Identifier: Apache-2.0 */
/* The cores, in three orders. Kernels share nothing but what they only read, so each must give the same. */
#define _GNU_SOURCE /* pthread_getattr_np */
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

#include "simulator_marks.h"

enum { MOST_CORES = 64, STACK_BYTES = 1 << 18, LONGEST_TURN = 64 };

typedef void kernel_t(const void *);

/* Where a stack lies. */
typedef struct {
  const char *begin, *end;
} stack_range_t;

static _Thread_local int32_t core;
static simulator_order_t order = SIMULATOR_SEQUENCE;
static uint64_t random_state;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static kernel_t *running;
static const void *running_argument;
static const char *caller; /* the frame that started the kernel: those of the cores lie below it */

static stack_range_t main_stack;                 /* has what kernels are given */
static _Thread_local stack_range_t thread_stack; /* of a core that is a thread */
static pthread_barrier_t kernel_begins, kernel_ends;

static uint8_t *context_stacks;
static ucontext_t scheduler;
static ucontext_t contexts[MOST_CORES];
static bool is_done[MOST_CORES];
static bool takes_turns;
static int32_t accesses_left; /* of the core whose turn it is */

void simulator_set_order(simulator_order_t choice, uint64_t seed) {
  order = choice;
  random_state = seed;
}

simulator_order_t simulator_order(void) {
  return order;
}

void simulator_lock(void) {
  if (order == SIMULATOR_THREADS) {
    pthread_mutex_lock(&mutex);
  }
}

void simulator_unlock(void) {
  if (order == SIMULATOR_THREADS) {
    pthread_mutex_unlock(&mutex);
  }
}

static void run_in_sequence(void) {
  for (core = 0; core < simulation.cores; core++) {
    running(running_argument);
    simulator_let_time_pass();
  }
  core = 0;
}

static stack_range_t stack_of_this_thread(void) {
  pthread_attr_t attributes;
  void *begin = NULL;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &begin, &bytes);
    pthread_attr_destroy(&attributes);
  }
  return (stack_range_t){begin, (const char *)begin + bytes};
}

static bool lies_in(const char *address, stack_range_t stack) {
  return address >= stack.begin && address < stack.end;
}

bool simulator_is_own_stack(const void *address) {
  switch (order) {
  case SIMULATOR_SEQUENCE:
    return lies_in(address, (stack_range_t){main_stack.begin, caller});
  case SIMULATOR_THREADS:
    return lies_in(address, thread_stack);
  case SIMULATOR_INTERLEAVED:
    break;
  }
  const char *own = (const char *)context_stacks + (size_t)core * STACK_BYTES;
  return lies_in(address, (stack_range_t){own, own + STACK_BYTES});
}

bool simulator_is_main_stack(const void *address) {
  if (main_stack.end == NULL) {
    main_stack = stack_of_this_thread();
  }
  return lies_in(address, main_stack);
}

static void *run_thread(void *number) {
  core = (int32_t)(intptr_t)number;
  thread_stack = stack_of_this_thread();
  for (;;) {
    pthread_barrier_wait(&kernel_begins);
    running(running_argument);
    pthread_barrier_wait(&kernel_ends);
  }
  return NULL;
}

/* One for each core; they stay until the program ends, since a thread for each kernel takes far longer than
 * the kernel. */
static void start_threads(void) {
  const unsigned all = (unsigned)simulation.cores + 1;
  bool is_started = pthread_barrier_init(&kernel_begins, NULL, all) == 0 &&
                    pthread_barrier_init(&kernel_ends, NULL, all) == 0;
  for (int32_t i = 0; i < simulation.cores && is_started; i++) {
    pthread_t thread;
    is_started = pthread_create(&thread, NULL, run_thread, (void *)(intptr_t)i) == 0;
  }
  if (!is_started) {
    fprintf(stderr, "error: the host can't start %d threads\n", simulation.cores);
    exit(EXIT_FAILURE);
  }
}

static void run_as_threads(void) {
  static bool are_started;
  if (!are_started) {
    start_threads();
    are_started = true;
  }
  pthread_barrier_wait(&kernel_begins);
  pthread_barrier_wait(&kernel_ends);
}

static void run_turns(void) {
  running(running_argument);
  is_done[core] = true;
}

void simulator_take_turn(void) {
  if (takes_turns && --accesses_left < 0) {
    swapcontext(&contexts[core], &scheduler);
  }
}

static void run_interleaved(void) {
  if (context_stacks == NULL && (context_stacks = malloc((size_t)MOST_CORES * STACK_BYTES)) == NULL) {
    fprintf(stderr, "error: the host has no memory for %d stacks\n", MOST_CORES);
    exit(EXIT_FAILURE);
  }
  for (int32_t i = 0; i < simulation.cores; i++) {
    is_done[i] = false;
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = context_stacks + (size_t)i * STACK_BYTES;
    contexts[i].uc_stack.ss_size = STACK_BYTES;
    contexts[i].uc_link = &scheduler;
    makecontext(&contexts[i], run_turns, 0);
  }
  takes_turns = true;
  for (int32_t left = simulation.cores; left > 0;) {
    const uint64_t chance = simulator_random(&random_state);
    core = (int32_t)(chance % (uint64_t)simulation.cores);
    while (is_done[core]) {
      core = (core + 1) % simulation.cores;
    }
    accesses_left = (int32_t)((chance >> 32) % LONGEST_TURN);
    swapcontext(&scheduler, &contexts[core]);
    left -= is_done[core];
    simulator_let_time_pass();
  }
  takes_turns = false;
  core = 0;
}

void dory_cluster_run(void (*kernel)(const void *), const void *argument) {
  const bool checks = SIMULATOR_CHECKS && simulator_timing() != SIMULATOR_FAST;
  running = kernel;
  running_argument = argument;
  caller = __builtin_frame_address(0);
  simulator_let_time_pass();
  if (checks) {
    simulator_allow_tile(argument);
    simulator_begin_kernel();
  }
  switch (order) {
  case SIMULATOR_SEQUENCE:
    run_in_sequence();
    break;
  case SIMULATOR_THREADS:
    run_as_threads();
    break;
  case SIMULATOR_INTERLEAVED:
    run_interleaved();
    break;
  }
  if (checks) {
    simulator_end_kernel();
    simulator_forbid_tile();
  }
}

int32_t dory_core_id(void) {
  return core;
}

int32_t dory_core_count(void) {
  return simulation.cores;
}
