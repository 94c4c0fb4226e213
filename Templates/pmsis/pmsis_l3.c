/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster sends requests to the fabric controller, whose tasks run one after another: they keep the
 * requests in two queues and give the drivers one piece at a time, so that what a layer needs never waits
 * for more than one piece of what is fetched ahead. */
#include "pmsis_l3.h"

#include "pmsis_checks.h"
#include "pmsis_storage.h"

/* Requests that can be on their way to the fabric controller at a time. */
enum { MESSAGES = 8 };

/* Bytes of a piece: 64 bursts of HyperRAM of what a layer waits for, else 16, which take 14,315 cycles of
 * 50 MHz (gap_sdk, hyper_bench.ods). A piece begins with 923 cycles that a burst within it does not take. */
enum { NEEDED_PIECE_BYTES = 32768, AHEAD_PIECE_BYTES = 8192 };

/* A request on its way; empty without one. */
typedef struct {
  pi_task_t task;
  dory_l3_t *volatile request;
} message_t;

typedef struct {
  dory_l3_t *first, *last;
} queue_t;

static message_t messages[MESSAGES];
static uint32_t sent; /* of all requests; counted by the cluster */

/* Known to the fabric controller only. */
static queue_t queues[2]; /* of what is needed, and of what is fetched ahead */
static queue_t *served;   /* whose first request has a piece under way; null without one */
static uint32_t piece_bytes;
static pi_task_t piece_done;

static void finish_piece(void *unused);

static void start_piece(void) {
  if (served != 0) {
    return;
  }
  const bool is_needed = queues[false].first != 0;
  queue_t *queue = &queues[!is_needed];
  dory_l3_t *request = queue->first;
  if (request == 0) {
    return;
  }
  const uint32_t most = is_needed ? NEEDED_PIECE_BYTES : AHEAD_PIECE_BYTES;
  served = queue;
  piece_bytes = request->left < most ? request->left : most;
  pmsis_storage_start(request->direction, request->external, request->memory, piece_bytes,
                      pi_task_callback(&piece_done, finish_piece, 0));
}

static void finish_piece(void *unused) {
  (void)unused;
  dory_l3_t *request = served->first;
  request->external += piece_bytes;
  request->memory += piece_bytes;
  request->left -= piece_bytes;
  if (request->left == 0) {
    served->first = request->next;
    pmsis_fence();
    request->is_under_way = false; /* from here on it is the cluster's */
  }
  served = 0;
  start_piece();
}

static void receive(void *argument) {
  message_t *message = argument;
  dory_l3_t *request = message->request;
  (void)pi_task_callback(&message->task, receive, message);
  pmsis_fence();
  message->request = 0;
  queue_t *queue = &queues[request->is_ahead];
  request->next = 0;
  if (queue->first == 0) {
    queue->first = request;
  } else {
    queue->last->next = request;
  }
  queue->last = request;
  start_piece();
}

void pmsis_l3_open(void) {
  sent = 0;
  served = 0;
  queues[0] = queues[1] = (queue_t){0, 0};
  for (int i = 0; i < MESSAGES; i++) {
    messages[i].request = 0;
    (void)pi_task_callback(&messages[i].task, receive, &messages[i]);
  }
}

void pmsis_l3_start(dory_l3_t *request, pmsis_direction_t direction, uint32_t external, void *memory,
                    uint32_t bytes, bool is_ahead) {
  if (bytes == 0) {
    return;
  }
  request->memory = memory;
  request->external = external;
  request->left = bytes;
  request->direction = direction;
  request->is_ahead = is_ahead;
  request->is_under_way = true;
  message_t *message = &messages[sent++ % MESSAGES];
  while (message->request != 0) {
    (void)pmsis_cycles();
  }
  message->request = request;
  pmsis_fence();
  pi_cl_send_task_to_fc(&message->task);
}

/* Reading the counter of cycles keeps the core from asking L2 in every cycle. */
void dory_l3_wait(dory_l3_t *request) {
  if (request->is_under_way) {
    const uint32_t begin = pmsis_cycles();
    uint32_t end;
    do {
      end = pmsis_cycles();
    } while (request->is_under_way);
    pmsis_count_l3(end - begin);
  }
  pmsis_fence();
}

void dory_ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_RAM_READ, ram, dory_l2(l2), bytes, false);
}

void dory_ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_RAM_WRITE, ram, dory_l2(l2), bytes, false);
}

void dory_flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_FLASH_READ, flash, dory_l2(l2), bytes, false);
}

void dory_ram_read_ahead(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_RAM_READ, ram, dory_l2(l2), bytes, true);
}

void dory_ram_write_behind(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_RAM_WRITE, ram, dory_l2(l2), bytes, true);
}

void dory_flash_read_ahead(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  pmsis_l3_start(request, PMSIS_FLASH_READ, flash, dory_l2(l2), bytes, true);
}
