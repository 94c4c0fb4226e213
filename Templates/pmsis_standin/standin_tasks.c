/* SPDX-License-Identifier: Apache-2.0 */
/* The fabric controller's scheduler, and time, which passes at calls only. */
#include <stdarg.h>

#include "standin.h"

/* Readings of a counter after which a loop around it is taken for endless. */
enum { ENDLESS = 1000000 };

static pi_task_t *first, *last;
static bool is_cluster, has_seed;
static uint64_t random_state;
static uint32_t readings, readings_in_vain, opened;

void standin_fault(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("fault: ");
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
  exit(STANDIN_FAULT);
}

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t next_random(void) {
  random_state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t mixed = random_state;
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
  return mixed ^ (mixed >> 31);
}

uint32_t standin_chance(uint32_t bound) {
  return has_seed ? (uint32_t)(next_random() % bound) : 0;
}

bool standin_is_cluster(void) {
  return is_cluster;
}

void standin_set_cluster(bool value) {
  is_cluster = value;
}

void standin_check_caller(bool expected, const char *call) {
  if (is_cluster != expected) {
    standin_fault("%s is called on the %s", call, is_cluster ? "cluster" : "fabric controller");
  }
}

pi_task_t *pi_task_block(pi_task_t *task) {
  return pi_task_callback(task, NULL, NULL);
}

pi_task_t *pi_task_callback(pi_task_t *task, void (*entry)(void *), void *argument) {
  *task = (pi_task_t){.entry = entry, .argument = argument, .is_prepared = true};
  return task;
}

static void enqueue(pi_task_t *task) {
  if (!task->is_prepared) {
    standin_fault("a task is sent again and was not prepared anew");
  }
  task->is_prepared = false;
  task->next = NULL;
  if (first == NULL) {
    first = task;
  } else {
    last->next = task;
  }
  last = task;
}

void pi_task_push(pi_task_t *task) {
  enqueue(task);
}

void pi_cl_send_task_to_fc(pi_task_t *task) {
  standin_check_caller(true, "pi_cl_send_task_to_fc");
  enqueue(task);
  standin_interrupt();
}

/* Callbacks run on the fabric controller, whoever waits meanwhile. */
static bool run_task(void) {
  pi_task_t *task = first;
  if (task == NULL) {
    return false;
  }
  first = task->next;
  task->done = true;
  if (task->entry != NULL) {
    const bool caller = is_cluster;
    is_cluster = false;
    task->entry(task->argument);
    is_cluster = caller;
  }
  return true;
}

/* Tasks and transfers each in their order, and one before the other by chance. */
bool standin_advance(void) {
  if (standin_chance(2) == 1 && standin_complete_transfer()) {
    return true;
  }
  return run_task() || standin_complete_transfer();
}

void standin_interrupt(void) {
  readings = 0;
  for (uint32_t left = standin_chance(4); left > 0; left--) {
    (void)standin_advance();
  }
}

void pi_task_wait_on(pi_task_t *task) {
  standin_check_caller(false, "pi_task_wait_on");
  while (!task->done) {
    if (!standin_advance()) {
      standin_fault("nothing is under way that could end a wait");
    }
  }
}

void pi_perf_conf(unsigned events) {
  (void)events;
}

void pi_perf_reset(void) {}

void pi_perf_start(void) {}

/* There is no clock. Only the second reading in a row lets something happen: it may be a loop that waits. */
unsigned int pi_perf_read(int event) {
  (void)event;
  if (++readings > 1) {
    readings_in_vain = standin_advance() ? 0 : readings_in_vain + 1;
    if (readings_in_vain > ENDLESS) {
      standin_fault("a loop waits for something that nothing will bring");
    }
  }
  return 0;
}

int pmsis_kickoff(void *application) {
  const char *seed = getenv("STANDIN_SEED");
  random_state = seed != NULL ? strtoull(seed, NULL, 10) : STANDIN_SEED;
  has_seed = random_state != 0;
  void (*entry)(void) = (void (*)(void))application;
  entry();
  return 0;
}

void standin_opened(void) {
  opened++;
}

void standin_closed(const char *what) {
  if (opened-- == 0) {
    standin_fault("%s is closed that was not open", what);
  }
}

void pmsis_exit(int status) {
  if (status == 0 && opened > 0) {
    standin_fault("%u devices, files or memories are open at the end", (unsigned)opened);
  }
  exit(status);
}
