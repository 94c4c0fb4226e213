/* SPDX-License-Identifier: Apache-2.0 */
/* A layer from its first tile to its last. */
#ifndef DORY_RUN_H
#define DORY_RUN_H

#include "dory_pipeline.h"

/* What the cores run for a tile, one after another, each with the tile as its argument: the border of the
 * input only where the tile needs one; null where a layer has no such step. */
typedef struct {
  void (*fill_border)(const void *);
  void (*prepare)(const void *);
  void (*compute)(const void *);
} dory_steps_t;

/* Runs a layer. All layers share this code, so that little of it is new to the instruction cache. */
void dory_run(const dory_layer_t *layer, const dory_steps_t *steps);

#endif
