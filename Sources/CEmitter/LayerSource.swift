import NetworkIR

/// The C file of one layer: its tiling as a comment, its constants, and the loop over chunks and tiles.
func layerSource(_ layer: ResolvedLayer) -> String {
  let kernel = KernelSource(layer)
  let parts = [
    fileHeader + layerComment(layer) + includes([kernel.header, "dory_pipeline.h", "layers.h", "network.h"]),
    constants(layerConstants(layer)),
    staticAsserts(layerClaims(layer)),
    layerStructure(layer),
    kernel.definition,
    "static void compute(const void *tile) {\n  \(kernel.function)(tile, &kernel);\n}\n",
    """
    void network_\(layer.planned.name)(void) {
      dory_pipeline_t pipeline;
      dory_pipeline_open(&pipeline, &layer);
      for (int32_t chunk = 0; chunk < pipeline.chunks; chunk++) {
        dory_chunk_begin(&pipeline, chunk);
        for (int32_t tile = 0; tile < pipeline.tiles; tile++) {
          dory_tile_begin(&pipeline, tile);
          dory_cluster_run(compute, &pipeline.tile);
          dory_tile_end(&pipeline);
        }
        dory_chunk_end(&pipeline);
      }
      dory_pipeline_close(&pipeline);
    }

    """,
  ]
  return parts.joined(separator: "\n")
}

private func layerComment(_ layer: ResolvedLayer) -> String {
  let planned = layer.planned
  let geometry = planned.geometry
  let padding = geometry.padding
  let inputs = planned.inputs.map(describe)
  let order =
    planned.loopOrder == .weightStationary ? "weights stay while the map moves" : "the map stays while weights move"
  var lines = [
    "\(planned.name): \(planned.op), step \(planned.step)",
    "",
    "  \(inputs.joined(separator: " + ")) -> \(describe(planned.output))",
    "  kernel \(text(geometry.kernel)), stride \(text(geometry.stride)), dilation \(text(geometry.dilation)), "
      + "padding \(padding.top) top, \(padding.left) left, \(padding.bottom) bottom, \(padding.right) right",
    "",
    "Chunks in L2: \(layer.stripe.rows) rows x \(layer.stripe.channels) channels of the output.",
    "Tiles in L1: \(layer.tile.height) x \(layer.tile.width) x \(layer.tile.outputChannels) of the output from "
      + "\(layer.inputChannelTile) input channels at a time, \(planned.tiles) in all;",
    "\(order).",
    "",
    "  buffer        level  offset  bytes  slots",
  ]
  for buffer in planned.buffers {
    lines.append(
      "  \(padded(buffer.operand.rawValue, 13)) \(padded(buffer.level.rawValue, 5)) \(aligned(buffer.offset, 7)) "
        + "\(aligned(buffer.bytes, 6)) \(aligned(buffer.count, 6))")
  }
  return "/*" + lines.map { $0.isEmpty ? "" : " " + commented($0) }.joined(separator: "\n *") + "\n */\n"
}

private func describe(_ operand: PlannedOperand) -> String {
  "\(operand.shape) \(operand.type.rawValue) in \(operand.level.rawValue)"
}

private func text(_ extent: Extent) -> String { "\(extent.height)x\(extent.width)" }

private func layerConstants(_ layer: ResolvedLayer) -> [(name: String, value: String)] {
  var values = [
    ("TILE_HEIGHT", "\(layer.tile.height)"),
    ("TILE_WIDTH", "\(layer.tile.width)"),
    ("TILE_CHANNELS", "\(layer.tile.outputChannels)"),
    ("TILE_INPUT_CHANNELS", "\(layer.inputChannelTile)"),
    ("KERNEL_HEIGHT", "\(layer.planned.geometry.kernel.height)"),
    ("KERNEL_WIDTH", "\(layer.planned.geometry.kernel.width)"),
    ("OUTPUT_ELEMENT_BYTES", "\(layer.planned.output.type.bits / 8)"),
    ("OUTPUT_TILE_BYTES", "TILE_HEIGHT * TILE_WIDTH * TILE_CHANNELS * OUTPUT_ELEMENT_BYTES"),
    ("OUTPUT_SLOT_BYTES", "\(layer.output.l1.bytes)"),
    ("L1_END", "\(layer.l1End)"),
  ]
  if let constants = layer.constants {
    let depth = layer.isDense ? "TILE_INPUT_CHANNELS" : "\(layer.inputChannelsPerGroup)"
    values += [
      ("PARAMETER_BYTES", "\(constants.planned.parameterBytesPerChannel)"),
      ("PARAMETERS_TILE_BYTES", "TILE_CHANNELS * PARAMETER_BYTES"),
      ("PARAMETERS_SLOT_BYTES", "\(constants.parameters.bytes)"),
      ("WEIGHTS_TILE_BYTES", "TILE_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH * \(depth)"),
      ("WEIGHTS_SLOT_BYTES", "\(constants.weights.bytes)"),
    ]
  }
  if let accumulator = layer.accumulator {
    values += [
      ("ACCUMULATOR_TILE_BYTES", "TILE_HEIGHT * TILE_WIDTH * TILE_CHANNELS * 4"),
      ("ACCUMULATOR_BYTES", "\(accumulator.bytes)"),
    ]
  }
  return values.map { (name: $0.0, value: $0.1) }
}

private func layerClaims(_ layer: ResolvedLayer) -> [(condition: String, message: String)] {
  var claims = [
    (condition: "L1_END <= NETWORK_L1_BYTES", message: "the buffers fit L1"),
    (condition: "OUTPUT_TILE_BYTES <= OUTPUT_SLOT_BYTES", message: "an output tile fits its slot"),
  ]
  if layer.constants != nil {
    claims += [
      (condition: "PARAMETERS_TILE_BYTES <= PARAMETERS_SLOT_BYTES", message: "parameters fit their slot"),
      (condition: "WEIGHTS_TILE_BYTES <= WEIGHTS_SLOT_BYTES", message: "weights fit their slot"),
    ]
  }
  if layer.accumulator != nil {
    claims.append(
      (
        condition: "ACCUMULATOR_TILE_BYTES <= ACCUMULATOR_BYTES",
        message: "the sums of a tile fit"
      ))
  }
  return claims
}

private func layerStructure(_ layer: ResolvedLayer) -> String {
  let planned = layer.planned
  let geometry = planned.geometry
  let input = planned.inputs[0]
  var text = "static const dory_layer_t layer = {\n"
  func field(_ name: String, _ value: String) { text += "    .\(name) = \(value),\n" }
  field("input", braces(input.shape))
  field("output", braces(planned.output.shape))
  field("input_bytes", "{" + planned.inputs.map { "\($0.type.bits / 8)" }.joined(separator: ", ") + "}")
  field("output_bytes", "OUTPUT_ELEMENT_BYTES")
  field("kernel_height", "KERNEL_HEIGHT")
  field("kernel_width", "KERNEL_WIDTH")
  field("stride_height", "\(geometry.stride.height)")
  field("stride_width", "\(geometry.stride.width)")
  field("dilation_height", "\(geometry.dilation.height)")
  field("dilation_width", "\(geometry.dilation.width)")
  field("padding_top", "\(geometry.padding.top)")
  field("padding_left", "\(geometry.padding.left)")
  field("dense", layer.isDense ? "true" : "false")
  field("input_channels_per_group", "\(layer.inputChannelsPerGroup)")
  field("output_channels_per_group", "\(layer.outputChannelsPerGroup)")
  field("stripe_rows", "\(layer.stripe.rows)")
  field("stripe_channels", "\(layer.stripe.channels)")
  field("tile_height", "TILE_HEIGHT")
  field("tile_width", "TILE_WIDTH")
  field("tile_channels", "TILE_CHANNELS")
  field("tile_in_channels", "TILE_INPUT_CHANNELS")
  field("order", planned.loopOrder == .weightStationary ? "DORY_WEIGHT_STATIONARY" : "DORY_INPUT_STATIONARY")
  if layer.constants != nil { field("parameter_bytes", "PARAMETER_BYTES") }
  for (operand, name) in zip(layer.inputs, ["DORY_INPUT0", "DORY_INPUT1"]) {
    field("operand[\(name)]", braces(operand.operand.level, operand.offset, l2: operand.l2, l1: operand.l1))
  }
  if let constants = layer.constants {
    let level = constants.planned.level
    field(
      "operand[DORY_WEIGHTS]", braces(level, constants.offset, l2: constants.l2, l1: constants.weights))
    field("operand[DORY_PARAMETERS]", braces(level, constants.offset, l2: nil, l1: constants.parameters))
  }
  let output = layer.output
  field("operand[DORY_OUTPUT]", braces(output.operand.level, output.offset, l2: output.l2, l1: output.l1))
  if let accumulator = layer.accumulator { field("accumulator", "\(accumulator.offset)") }
  return text + "};\n"
}

private func braces(_ shape: Shape) -> String { "{\(shape.height), \(shape.width), \(shape.channels)}" }

private func braces(_ slots: PlannedBuffer?) -> String {
  slots.map { "{\($0.offset), \($0.bytes), \($0.count)}" } ?? "{0, 0, 0}"
}

private func braces(_ level: MemoryLevel, _ offset: Int, l2: PlannedBuffer?, l1: PlannedBuffer) -> String {
  "{\(level.cName), \(offset), \(braces(l2)), \(braces(l1))}"
}

extension ResolvedLayer {
  /// Input channels of one group; all of them when the layer is dense.
  var inputChannelsPerGroup: Int { planned.inputs[0].shape.channels / planned.geometry.groups }

  /// Output channels of one group; all of them when the layer is dense.
  var outputChannelsPerGroup: Int { planned.output.shape.channels / planned.geometry.groups }

  /// Highest used byte address of L1.
  var l1End: Int {
    planned.buffers.reduce(0) { $1.level == .l1 ? max($0, $1.offset + $1.bytes * $1.count) : $0 }
  }
}
