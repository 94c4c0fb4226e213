/* SPDX-License-Identifier: Apache-2.0 */
/* What generated code asks of a machine. Each back-end implements these functions and defines the two objects
 * that stand for transfers under way, dory_dma_t and dory_l3_t, in its own dory_backend.h.
 *
 * L1 and L2 are addressed by byte offsets within the area that the plan hands out, RAM and flash by their own
 * byte addresses.
 */
#ifndef DORY_HAL_H
#define DORY_HAL_H

#include "dory_backend.h"
#include "dory_types.h"

/* The byte at an offset of the L1 or L2 data area. */
void *dory_l1(uint32_t offset);
void *dory_l2(uint32_t offset);

/* A copy of equally long lines between L2 and L1; with one line the strides do not count. */
typedef struct {
  uint32_t l1;       /* offset of the first line */
  uint32_t l2;       /* offset of the first line */
  int32_t lines;     /* at least 1 */
  int32_t bytes;     /* of one line */
  int32_t l1_stride; /* bytes from one line to the next */
  int32_t l2_stride; /* bytes from one line to the next */
} dory_copy_t;

/* A group of copies that are waited for together. A group is opened before copies join it, and a wait ends
 * it; waiting for a group that was never opened, or is zero, returns at once. Neither source nor destination
 * of a copy may be touched before the wait. */
void dory_dma_open(dory_dma_t *group);
void dory_dma_load(dory_dma_t *group, const dory_copy_t *copy);
void dory_dma_store(dory_dma_t *group, const dory_copy_t *copy);
void dory_dma_wait(dory_dma_t *group);

/* Contiguous copies between external memory and L2 under the same rules, one a request: to L2, and from L2 to
 * RAM. The offsets and the size are multiples of 4 bytes. */
void dory_ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes);
void dory_ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes);
void dory_flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes);

/* The same for what the running layer does not wait for: these go on while none of the others is under way,
 * which put them off at the end of a burst. */
void dory_ram_read_ahead(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes);
void dory_ram_write_behind(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes);
void dory_flash_read_ahead(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes);

void dory_l3_wait(dory_l3_t *request);

/* Runs a kernel on every core and returns when the last has finished. */
void dory_cluster_run(void (*kernel)(const void *), const void *argument);
int32_t dory_core_id(void);
int32_t dory_core_count(void);

/* Names of layers and of their outputs: a back-end that never prints them defines this as 0, and their bytes
 * are saved. */
#ifndef DORY_NAME
#define DORY_NAME(text) text
#endif

/* Called around every layer of the network; `output` says where its result lies. */
void dory_layer_begin(int32_t step, const char *name);
void dory_layer_done(int32_t step, const dory_tensor_t *output);

#endif
