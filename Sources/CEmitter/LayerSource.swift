import NetworkIR

/// The C file of one layer: its tiling as a comment, its constants, and the loop over chunks and tiles.
func layerSource(_ layer: ResolvedLayer) -> String {
  let kernel = KernelSource(layer)
  let callers = kernel.callers
  var parts = [
    fileHeader + layerComment(layer) + includes(kernel.headers + ["dory_pipeline.h", "layers.h", "network.h"]),
    constants(layerConstants(layer)),
    staticAsserts(layerClaims(layer)),
    layerStructure(layer),
    kernel.definition,
  ]
  parts += callers.map { "static void \($0.name)(const void *tile) {\n  \($0.function)(tile, &kernel);\n}\n" }
  if kernel.border != nil {
    parts.append("static void fill_border(const void *tile) {\n  dory_fill_border(tile, &border);\n}\n")
  }
  let fill = ["if (pipeline.tile.needs_border) {", "  dory_cluster_run(fill_border, &pipeline.tile);", "}"]
  let computation =
    (kernel.border == nil ? [] : fill) + callers.map { "dory_cluster_run(\($0.name), &pipeline.tile);" }
  parts.append(
    """
    void network_\(layer.planned.name)(void) {
      dory_pipeline_t pipeline;
      dory_pipeline_open(&pipeline, &layer);
      while (dory_chunk_begin(&pipeline)) {
        while (dory_tile_begin(&pipeline)) {
    \(computation.map { "      \($0)" }.joined(separator: "\n"))
          dory_tile_end(&pipeline);
        }
        dory_chunk_end(&pipeline);
      }
      dory_pipeline_close(&pipeline);
    }

    """)
  return parts.filter { !$0.isEmpty }.joined(separator: "\n")
}
