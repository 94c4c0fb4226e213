import NetworkIR

/// Sizes that the layer's file gives names to.
func layerConstants(_ layer: ResolvedLayer) -> [(name: String, value: String)] {
  var values = [
    (name: "TILE_HEIGHT", value: "\(layer.tile.height)"),
    (name: "TILE_WIDTH", value: "\(layer.tile.width)"),
    (name: "TILE_CHANNELS", value: "\(layer.tile.outputChannels)"),
    (name: "TILE_INPUT_CHANNELS", value: "\(layer.inputChannelTile)"),
    (name: "KERNEL_HEIGHT", value: "\(layer.planned.geometry.kernel.height)"),
    (name: "KERNEL_WIDTH", value: "\(layer.planned.geometry.kernel.width)"),
    (name: "OUTPUT_BITS", value: "\(layer.planned.output.type.bits)"),
  ]
  if let output = layer.output.l1 {
    values += [
      (name: "OUTPUT_PIXEL_BYTES", value: "(TILE_CHANNELS * OUTPUT_BITS + 7) / 8"),
      (name: "OUTPUT_TILE_BYTES", value: "TILE_HEIGHT * TILE_WIDTH * OUTPUT_PIXEL_BYTES"),
      (name: "OUTPUT_SLOT_BYTES", value: "\(output.bytes)"),
      (name: "L1_END", value: "\(layer.l1End)"),
    ]
  }
  if let constants = layer.constants { values += constantSizes(layer, constants) }
  if layer.constantOrder.isGrouped { values += paddedTile(layer) }
  if let accumulator = layer.accumulator {
    values += [
      (name: "ACCUMULATOR_TILE_BYTES", value: "TILE_HEIGHT * TILE_WIDTH * TILE_CHANNELS * 4"),
      (name: "ACCUMULATOR_BYTES", value: "\(accumulator.bytes)"),
    ]
  }
  return values
}

/// Sizes of the constants of a tile and of their slots.
private func constantSizes(_ layer: ResolvedLayer, _ constants: ResolvedConstants) -> [(name: String, value: String)] {
  var values = [
    (name: "PARAMETER_BYTES", value: "\(constants.planned.parameterBytesPerChannel)"),
    (name: "WEIGHT_BITS", value: "\(constants.planned.weightBits)"),
    (name: "PASS_WEIGHTS", value: "\(layer.storedWeights(of: layer.inputChannelTile))"),
    (name: "LAST_PASS_WEIGHTS", value: "\(layer.storedWeights(of: layer.lastInputChannelTile))"),
  ]
  if let parameters = constants.parameters {
    values += [
      (name: "PARAMETERS_TILE_BYTES", value: "TILE_CHANNELS * PARAMETER_BYTES"),
      (name: "PARAMETERS_SLOT_BYTES", value: "\(parameters.bytes)"),
    ]
  }
  if let weights = constants.weights {
    let bytes =
      layer.constantOrder == .plain
      ? "(TILE_CHANNELS * PASS_WEIGHTS * WEIGHT_BITS + 7) / 8"
      : "(TILE_CHANNELS + 3) / 4 * 4 * (PASS_WEIGHTS + PARAMETER_BYTES)"
    values += [
      (name: "WEIGHTS_TILE_BYTES", value: bytes), (name: "WEIGHTS_SLOT_BYTES", value: "\(weights.bytes)"),
    ]
  }
  return values
}

/// Sizes of an input tile with its border, and of its slot.
private func paddedTile(_ layer: ResolvedLayer) -> [(name: String, value: String)] {
  let geometry = layer.planned.geometry
  let (stride, dilation) = (geometry.stride, geometry.dilation)
  let channels = layer.isDense ? "TILE_INPUT_CHANNELS" : "TILE_CHANNELS"
  let bytes = layer.planned.inputs[0].type.bits / 8
  let width = bytes == 1 ? "" : " * \(bytes)"
  return [
    (
      name: "REACH_ROWS",
      value: "(TILE_HEIGHT - 1) * \(stride.height) + (KERNEL_HEIGHT - 1) * \(dilation.height) + 1"
    ),
    (
      name: "REACH_COLUMNS",
      value: "(TILE_WIDTH - 1) * \(stride.width) + (KERNEL_WIDTH - 1) * \(dilation.width) + 1"
    ),
    (name: "INPUT_TILE_BYTES", value: "REACH_ROWS * REACH_COLUMNS * \(channels)\(width)"),
    (name: "INPUT_SLOT_BYTES", value: "\(layer.inputs[0].l1?.bytes ?? 0)"),
  ]
}

/// What the compiler checks about those sizes; nothing where a layer has no buffers in L1.
func layerClaims(_ layer: ResolvedLayer) -> [(condition: String, message: String)] {
  guard layer.output.l1 != nil else { return [] }
  var claims = [
    (condition: "L1_END <= NETWORK_L1_BYTES", message: "the buffers fit L1"),
    (condition: "OUTPUT_TILE_BYTES <= OUTPUT_SLOT_BYTES", message: "an output tile fits its slot"),
  ]
  if layer.constants?.parameters != nil {
    claims.append(
      (condition: "PARAMETERS_TILE_BYTES <= PARAMETERS_SLOT_BYTES", message: "parameters fit their slot"))
  }
  if layer.constants?.weights != nil {
    claims.append((condition: "WEIGHTS_TILE_BYTES <= WEIGHTS_SLOT_BYTES", message: "weights fit their slot"))
  }
  if layer.constantOrder.isGrouped {
    claims.append((condition: "INPUT_TILE_BYTES <= INPUT_SLOT_BYTES", message: "an input tile fits its slot"))
  }
  if layer.accumulator != nil {
    claims.append((condition: "ACCUMULATOR_TILE_BYTES <= ACCUMULATOR_BYTES", message: "the sums of a tile fit"))
  }
  return claims
}

/// The layer's tiling as a `dory_layer_t` named `layer`.
func layerStructure(_ layer: ResolvedLayer) -> String {
  let planned = layer.planned
  let geometry = planned.geometry
  var text = "static const dory_layer_t layer = {\n"
  func field(_ name: String, _ value: String) { text += "    .\(name) = \(value),\n" }
  field("input", braced(planned.inputs.map { braces($0.shape) }))
  field("output", braces(planned.output.shape))
  field("input_bits", braced(planned.inputs.map { "\($0.type.bits)" }))
  field("output_bits", "OUTPUT_BITS")
  if layer.constants != nil {
    field("constant_order", layer.constantOrder.cName)
    field("weight_bits", "WEIGHT_BITS")
    field("pass_weights", "PASS_WEIGHTS")
    field("last_pass_weights", "LAST_PASS_WEIGHTS")
  }
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
  field("passes", "\(layer.passes)")
  field("order", planned.loopOrder == .weightStationary ? "DORY_WEIGHT_STATIONARY" : "DORY_INPUT_STATIONARY")
  if layer.constants != nil { field("parameter_bytes", "PARAMETER_BYTES") }
  if let head = layer.constants?.planned.headChunks { field("head_chunks", "\(head)") }
  for (operand, name) in zip(layer.inputs, ["DORY_INPUT0", "DORY_INPUT1"]) {
    field("operand[\(name)]", braces(operand.operand.level, operand.offset, l2: operand.l2, l1: operand.l1))
  }
  if let constants = layer.constants {
    let level = constants.planned.level
    field(
      "operand[DORY_WEIGHTS]", braces(level, constants.offset, l2: constants.l2, l1: constants.weights))
    if let parameters = constants.parameters {
      field("operand[DORY_PARAMETERS]", braces(level, constants.offset, l2: nil, l1: parameters))
    }
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

private func braces(_ level: MemoryLevel, _ offset: Int, l2: PlannedBuffer?, l1: PlannedBuffer?) -> String {
  "{\(level.cName), \(offset), \(braces(l2)), \(braces(l1))}"
}

extension ResolvedLayer {
  /// Input channels of one group; all of them when the layer is dense.
  var inputChannelsPerGroup: Int { planned.inputs[0].shape.channels / planned.geometry.groups }

  /// Output channels of one group; all of them when the layer is dense.
  var outputChannelsPerGroup: Int { planned.output.shape.channels / planned.geometry.groups }

  /// Passes over the input channels.
  var passes: Int {
    isDense ? (planned.inputs[0].shape.channels + inputChannelTile - 1) / inputChannelTile : 1
  }

  /// Input channels of the last pass.
  var lastInputChannelTile: Int { planned.inputs[0].shape.channels - (passes - 1) * inputChannelTile }

  /// Weights of an output channel in the block of a pass over `inputChannels`, as they are stored.
  func storedWeights(of inputChannels: Int) -> Int {
    ConstantLayout.storedWeightsPerChannel(
      constantOrder, kernel: planned.geometry.kernel, dilationWidth: planned.geometry.dilation.width,
      inputChannels: isDense ? inputChannels : inputChannelsPerGroup, input: planned.inputs[0].type)
  }

  /// Highest used byte address of L1.
  var l1End: Int {
    planned.buffers.reduce(0) { $1.level == .l1 ? max($0, $1.offset + $1.bytes * $1.count) : $0 }
  }
}
