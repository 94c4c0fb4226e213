/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for the part of PMSIS that generated projects call, on one thread of any machine: names and
 * parameters are those of the SDKs, the rest is this project's. What is asynchronous on the chip completes
 * here as late as the rules allow, or by chance (standin.h). */
#ifndef STANDIN_PMSIS_H
#define STANDIN_PMSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct pi_device {
  void *config;
  bool is_open;
} pi_device_t;

static inline void pi_open_from_conf(struct pi_device *device, void *configuration) {
  device->config = configuration;
  device->is_open = false;
}

/* Tasks of the fabric controller: a callback, or something to wait for without one. */
typedef struct pi_task {
  void (*entry)(void *);
  void *argument;
  struct pi_task *next;
  bool is_prepared, done; /* prepared: until it is sent */
} pi_task_t;

pi_task_t *pi_task_block(pi_task_t *task);
pi_task_t *pi_task_callback(pi_task_t *task, void (*entry)(void *), void *argument);
void pi_task_push(pi_task_t *task);
void pi_task_wait_on(pi_task_t *task);
void pi_cl_send_task_to_fc(pi_task_t *task);

/* The cluster. */
struct pi_cluster_conf {
  int id;
};

struct pi_cluster_task {
  void (*entry)(void *);
  void *arg;
  void *stacks;
  uint32_t stack_size, slave_stack_size;
  int nb_cores;
};

void pi_cluster_conf_init(struct pi_cluster_conf *configuration);
int pi_cluster_open(struct pi_device *cluster);
int pi_cluster_close(struct pi_device *cluster);
struct pi_cluster_task *pi_cluster_task(struct pi_cluster_task *task, void (*entry)(void *), void *argument);
int pi_cluster_send_task(struct pi_device *cluster, struct pi_cluster_task *task);
void *pi_cl_l1_malloc(struct pi_device *cluster, uint32_t bytes);
void pi_cl_l1_free(struct pi_device *cluster, void *chunk, int bytes);
void pi_cl_team_fork(int cores, void (*entry)(void *), void *argument);
uint32_t pi_core_id(void);

/* The DMA between L2 and L1. */
typedef enum { PI_CL_DMA_DIR_LOC2EXT, PI_CL_DMA_DIR_EXT2LOC } pi_cl_dma_dir_e;

typedef struct pi_cl_dma_copy_s {
  uint32_t ext, loc, id;
  uint16_t size;
  pi_cl_dma_dir_e dir;
  uint8_t merge;
  uint32_t stride, length;
} pi_cl_dma_copy_t;

void pi_cl_dma_memcpy(pi_cl_dma_copy_t *copy);
void pi_cl_dma_memcpy_2d(pi_cl_dma_copy_t *copy);
void pi_cl_dma_wait(void *copy);

/* Clocks; here they have no effect. */
typedef enum { PI_FREQ_DOMAIN_FC, PI_FREQ_DOMAIN_CL, PI_FREQ_DOMAIN_PERIPH } pi_freq_domain_e;
static inline int pi_freq_set(pi_freq_domain_e domain, uint32_t hertz) {
  (void)domain;
  return hertz == 0 ? -1 : 0;
}

/* Counters; here they stand still. */
typedef enum { PI_PERF_CYCLES = 16 } pi_perf_event_e;

void pi_perf_conf(unsigned events);
void pi_perf_reset(void);
void pi_perf_start(void);
unsigned int pi_perf_read(int event);

int pmsis_kickoff(void *application);
_Noreturn void pmsis_exit(int status);

#endif
