import NetworkIR

/// The C file of one layer: its tiling as a comment, its constants, and what the cores run for each tile.
func layerSource(_ layer: ResolvedLayer) -> String {
  let kernel = KernelSource(layer)
  let callers = kernel.callers
  var parts = [
    fileHeader + layerComment(layer) + includes(kernel.headers + ["dory_run.h", "layers.h", "network.h"]),
    constants(layerConstants(layer)),
    staticAsserts(layerClaims(layer)),
    layerStructure(layer),
    kernel.definition,
  ]
  parts += callers.map { "static void \($0.name)(const void *tile) {\n  \($0.function)(tile, &kernel);\n}\n" }
  if kernel.border != nil {
    parts.append("static void fill_border(const void *tile) {\n  dory_fill_border(tile, &border);\n}\n")
  }
  let steps = (kernel.border == nil ? [] : ["fill_border"]) + callers.map(\.name)
  let fields = steps.map { ".\($0) = \($0)" }.joined(separator: ", ")
  parts.append(
    """
    void network_\(layer.planned.name)(void) {
      static const dory_steps_t steps = {\(fields)};
      dory_run(&layer, &steps);
    }

    """)
  return parts.filter { !$0.isEmpty }.joined(separator: "\n")
}
