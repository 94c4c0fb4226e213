/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_run.h"

void dory_run(const dory_layer_t *layer, const dory_steps_t *steps) {
  const dory_steps_t run = *steps;
  dory_pipeline_t pipeline;
  dory_pipeline_open(&pipeline, layer);
  while (dory_chunk_begin(&pipeline)) {
    while (dory_tile_begin(&pipeline)) {
      if (pipeline.tile.needs_border && run.fill_border != 0) {
        dory_cluster_run(run.fill_border, &pipeline.tile);
      }
      if (run.prepare != 0) {
        dory_cluster_run(run.prepare, &pipeline.tile);
      }
      dory_cluster_run(run.compute, &pipeline.tile);
      dory_tile_end(&pipeline);
    }
    dory_chunk_end(&pipeline);
  }
  dory_pipeline_close(&pipeline);
}
