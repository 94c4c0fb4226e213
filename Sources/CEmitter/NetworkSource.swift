import NetworkIR

/// `network.h`: what an application needs to run the network.
func networkHeader(_ project: ResolvedProject) -> String {
  let plan = project.plan
  var text =
    fileHeader + "/* \(commented(project.network.name)): write the inputs where network_inputs says, call network_run, "
    + "read the outputs. */\n"
    + "#ifndef NETWORK_H\n#define NETWORK_H\n\n#include \"dory_types.h\"\n\n"
    + "/* Bytes of each level that the plan uses, and the cores that share the work. */\n"
  text += defines([
    ("NETWORK_L1_BYTES", "\(plan.areaBytes(.l1))"), ("NETWORK_L2_BYTES", "\(plan.areaBytes(.l2))"),
    ("NETWORK_L3_BYTES", "\(plan.available(.l3))"), ("NETWORK_FLASH_BYTES", "\(project.weights.flash.count)"),
    ("NETWORK_CORES", "\(plan.target.cores)"),
  ])
  text += "\n/* Packed bytes of all inputs, and of all outputs, of one run. */\n"
  text += defines([
    ("NETWORK_INPUTS", "\(project.inputs.count)"), ("NETWORK_OUTPUTS", "\(project.outputs.count)"),
    ("NETWORK_INPUT_BYTES", "\(packedBytes(project.inputs))u"),
    ("NETWORK_OUTPUT_BYTES", "\(packedBytes(project.outputs))u"),
  ])
  for (index, boundary) in project.network.inputs.enumerated() {
    text += boundaryText("NETWORK_INPUT_\(index)", boundary, project.network[boundary.tensor])
  }
  for (index, boundary) in project.network.outputs.enumerated() {
    text += boundaryText("NETWORK_OUTPUT_\(index)", boundary, project.network[boundary.tensor])
  }
  return text + """

    /* Where the inputs lie before a run, and the outputs after it. */
    extern const dory_tensor_t network_inputs[NETWORK_INPUTS];
    extern const dory_tensor_t network_outputs[NETWORK_OUTPUTS];

    /* Brings the weights that stay in L2 there; once, when RAM and flash hold their parts of weights.bin. */
    void network_load(void);

    /* One inference. */
    void network_run(void);

    #endif

    """
}

private func boundaryText(_ prefix: String, _ boundary: Boundary, _ tensor: Tensor) -> String {
  var macros = [
    (name: "\(prefix)_HEIGHT", value: "\(tensor.shape.height)"),
    (name: "\(prefix)_WIDTH", value: "\(tensor.shape.width)"),
    (name: "\(prefix)_CHANNELS", value: "\(tensor.shape.channels)"),
    (name: "\(prefix)_BYTES", value: "\(tensor.bytes)u"),
  ]
  if let scale = boundary.scale {
    macros.append((name: "\(prefix)_SCALE", value: "\(scale)f"))
    macros.append((name: "\(prefix)_ZERO_POINT", value: "\(boundary.zeroPoint)"))
  }
  let tail = boundary.cutTail.map { "; the model goes on in floats: \(commented($0))" } ?? ""
  let meaning = boundary.scale == nil ? "" : ", real = scale * (code - zero point)"
  let type = tensor.type.rawValue
  return "\n/* '\(commented(tensor.name))': HWC codes of type \(type)\(meaning)\(tail)\(packing(tensor.type)) */\n"
    + defines(macros)
}

/// How codes narrower than a byte are packed.
private func packing(_ type: ElementType) -> String {
  guard type.elementsPerByte > 1 else { return "" }
  return ",\n * \(type.elementsPerByte) in a byte, the first one in the lowest bits, "
    + "each pixel from a byte of its own on"
}

/// `layers/layers.h`: one function a layer.
func layersHeader(_ project: ResolvedProject) -> String {
  fileHeader + "/* The layers of the network, in step order. */\n#ifndef LAYERS_H\n#define LAYERS_H\n\n"
    + project.layers.map { "void network_\($0.planned.name)(void);\n" }.joined() + "\n#endif\n"
}

/// `network.c`: for each step its transfers between external memory and L2, and its layer.
func networkSource(_ project: ResolvedProject) -> String {
  let concurrent = project.layers.map { $0.transfers(.during).count }.max() ?? 0
  var text =
    fileHeader + "#include \"network.h\"\n\n#include \"dory_hal.h\"\n#include \"layers/layers.h\"\n\n"
    + tensorTable("network_inputs[NETWORK_INPUTS]", project.inputs)
    + tensorTable("network_outputs[NETWORK_OUTPUTS]", project.outputs)
  let transfers = project.layers.reduce(project.plan.initialTransfers.count) { $0 + $1.planned.transfers.l3.count }
  if transfers > 0 {
    text +=
      "/* Transfers of one step that are under way together. */\n"
      + "static dory_l3_t transfers[\(max(concurrent, 1))];\n\n"
  }
  let load = completeTransfers(project.plan.initialTransfers)
  text += "void network_load(void) {\(load.isEmpty ? "" : "\n")\(load)}\n\n"
  text += "void network_run(void) {\n"
  text += project.layers.map(stepText).joined(separator: "\n")
  return text + "}\n"
}

private func stepText(_ layer: ResolvedLayer) -> String {
  let step = layer.planned.step
  let during = layer.transfers(.during)
  let output = layer.output
  let bytes = output.operand.type.bytes(output.operand.shape)
  var text = "  dory_layer_begin(\(step), DORY_NAME(\(quoted(layer.planned.name))));\n"
  text += completeTransfers(layer.transfers(.before))
  text += during.enumerated().map { start($1, index: $0, isAwaited: false) }.joined()
  text += "  network_\(layer.planned.name)();\n"
  text += during.indices.map { "  dory_l3_wait(&transfers[\($0)]);\n" }.joined()
  return text + """
      static const dory_tensor_t output_\(step) = {
          .name = DORY_NAME(\(quoted(output.operand.tensor))),
          .level = \(output.operand.level.cName),
          .offset = \(output.offset),
          .bytes = \(bytes),
      };
      dory_layer_done(\(step), &output_\(step));

    """
}

/// Transfers one after another, each waited for.
private func completeTransfers(_ transfers: [L3Transfer]) -> String {
  transfers.map { start($0, index: 0, isAwaited: true) + "  dory_l3_wait(&transfers[0]);\n" }.joined()
}

/// Starts a transfer that is waited for at once, or one that goes on beside the layer.
private func start(_ transfer: L3Transfer, index: Int, isAwaited: Bool) -> String {
  let (what, function, beside) =
    switch transfer.kind {
    case .weights: ("load", transfer.memory == .flash ? "dory_flash_read" : "dory_ram_read", "_ahead")
    case .pageIn: ("page in", "dory_ram_read", "_ahead")
    case .pageOut: ("page out", "dory_ram_write", "_behind")
    }
  return "  /* \(what) '\(commented(transfer.tensor))' */\n"
    + "  \(function)\(isAwaited ? "" : beside)(&transfers[\(index)], \(transfer.l3Offset), \(transfer.l2Offset), \(transfer.bytes));\n"
}

private func tensorTable(_ name: String, _ tensors: [PlannedTensor]) -> String {
  let rows = tensors.map { tensor in
    """
        {
            .name = \(quoted(tensor.name)),
            .level = \(tensor.level.cName),
            .offset = \(tensor.offset),
            .bytes = \(tensor.packedBytes),
        },

    """
  }
  return "const dory_tensor_t \(name) = {\n\(rows.joined())};\n\n"
}

private func packedBytes(_ tensors: [PlannedTensor]) -> Int { tensors.reduce(0) { $0 + $1.packedBytes } }

extension PlannedTensor {
  /// Without the padding to a multiple of 4.
  var packedBytes: Int { type.bytes(shape) }
}

extension ResolvedLayer {
  /// The step's transfers of a phase, in the plan's order.
  func transfers(_ phase: L3Transfer.Phase) -> [L3Transfer] {
    planned.transfers.l3.filter { $0.phase == phase }
  }
}

extension DeploymentPlan {
  /// Bytes of a level's data area.
  func available(_ level: MemoryLevel) -> Int {
    budgets.first { $0.level == level }?.availableBytes ?? 0
  }

  /// Bytes from the start of a level's data area to the end of what lies highest in it, up to a multiple of 16: what the
  /// program takes there. Never none.
  func areaBytes(_ level: MemoryLevel) -> Int {
    let buffers = layers.flatMap(\.buffers).filter { $0.level == level }.map { $0.offset + $0.bytes * $0.count }
    let tensors = tensors.filter { $0.level == level }.map { $0.offset + $0.bytes }
    let end = (buffers + tensors).max() ?? 0
    return min((max(end, 1) + 15) / 16 * 16, available(level))
  }

  /// What is taken from a level before any tensor is placed: bytes by name.
  func items(of level: MemoryLevel) -> [String: Int] {
    let items = budgets.first { $0.level == level }?.items ?? []
    return Dictionary(items.map { ($0.name, $0.bytes) }) { $0 + $1 }
  }
}
