import NetworkIR

/// The C file of one layer: its tiling as a comment, its constants, and the loop over chunks and tiles.
func layerSource(_ layer: ResolvedLayer) -> String {
  let kernel = KernelSource(layer)
  let callers = kernel.callers
  var parts = [
    fileHeader + layerComment(layer) + includes([kernel.header, "dory_pipeline.h", "layers.h", "network.h"]),
    constants(layerConstants(layer)),
    staticAsserts(layerClaims(layer)),
    layerStructure(layer),
    kernel.definition,
  ]
  parts += callers.map { "static void \($0.name)(const void *tile) {\n  \($0.function)(tile, &kernel);\n}\n" }
  parts.append(
    """
    void network_\(layer.planned.name)(void) {
      dory_pipeline_t pipeline;
      dory_pipeline_open(&pipeline, &layer);
      for (int32_t chunk = 0; chunk < pipeline.chunks; chunk++) {
        dory_chunk_begin(&pipeline, chunk);
        for (int32_t tile = 0; tile < pipeline.tiles; tile++) {
          dory_tile_begin(&pipeline, tile);
    \(callers.map { "      dory_cluster_run(\($0.name), &pipeline.tile);" }.joined(separator: "\n"))
          dory_tile_end(&pipeline);
        }
        dory_chunk_end(&pipeline);
      }
      dory_pipeline_close(&pipeline);
    }

    """)
  return parts.filter { !$0.isEmpty }.joined(separator: "\n")
}
