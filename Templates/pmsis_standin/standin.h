/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the stand-in share. The environment variable STANDIN_SEED, or where there is none the
 * macro of that name, chooses when transfers and tasks complete: 0, when something waits for them and not
 * before; another number, at any call, by chance that it seeds. The cores of a team run one after another, in
 * an order that the seed chooses. */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdio.h>

#include "pmsis.h"

#ifndef STANDIN_SEED
#define STANDIN_SEED 0
#endif

/* Exit status of a run that broke a rule of PMSIS. */
enum { STANDIN_FAULT = 3, STANDIN_POISON = 0xA5 };

/* Ends the run with `fault: MESSAGE`. */
_Noreturn void standin_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A number below a bound, by the seed; always 0 with seed 0. */
uint32_t standin_chance(uint32_t bound);

/* Lets something complete, or nothing, by chance: called by every call that the chip could interrupt. */
void standin_interrupt(void);

/* Completes one thing that is under way; false when nothing is. */
bool standin_advance(void);

/* Who calls: a core of the cluster, or the fabric controller. */
bool standin_is_cluster(void);
void standin_set_cluster(bool is_cluster);

/* Faults when a call is not made by whom it belongs to. */
void standin_check_caller(bool is_cluster, const char *call);

/* A copy of a driver, under way until standin_advance completes it. */
typedef struct standin_transfer {
  void (*copy)(const struct standin_transfer *);
  void *device;
  uint32_t address;
  void *data;
  uint32_t bytes;
  pi_task_t *task;
} standin_transfer_t;

/* Starts a copy. A copy to `data` leaves poison there until it completes. */
void standin_start(const standin_transfer_t *transfer, bool is_to_data);

/* Completes the oldest transfer of all drivers; false without one. */
bool standin_complete_transfer(void);

/* Counts what is open: devices, files and allocated memories. A run that ends well has closed all of it. */
void standin_opened(void);
void standin_closed(const char *what);

/* Faults unless the DMA is idle and all its counters are free. */
void standin_check_dma(void);

#endif
