import NetworkIR

/// `simulator/simulation.c`: what the host simulator knows of the network, with every tensor and buffer of the plan.
func simulationSource(_ project: ResolvedProject) -> String {
  let areas = simulatedAreas(project.plan)
  return fileHeader
    + "/* The plan's tensors and buffers, and the steps from the first to the last that they are there for. */\n"
    + "#include \"simulation.h\"\n\n" + includes(["network.h", "weights.h"]) + "\n"
    + "static const simulation_area_t areas[] = {\n" + areas.map { "    \($0.initializer),\n" }.joined() + "};\n"
      + """

      const simulation_t simulation = {
          .level_bytes = {NETWORK_L1_BYTES, NETWORK_L2_BYTES, NETWORK_L3_BYTES, NETWORK_FLASH_BYTES},
          .cores = NETWORK_CORES,
          .inputs = NETWORK_INPUTS,
          .outputs = NETWORK_OUTPUTS,
          .input = network_inputs,
          .output = network_outputs,
          .input_bytes = NETWORK_INPUT_BYTES,
          .output_bytes = NETWORK_OUTPUT_BYTES,
          .ram_weights_bytes = WEIGHTS_RAM_BYTES,
          .flash_weights_bytes = WEIGHTS_FLASH_BYTES,
          .weights_crc32 = WEIGHTS_CRC32,
          .load = network_load,
          .run = network_run,
          .areas = sizeof areas / sizeof *areas,
          .area = areas,
      };

      """
}

/// Slots of equal size that hold something from one step to another.
private struct SimulatedArea {
  var name: String
  var level: MemoryLevel
  var offset: Int
  /// Of one slot.
  var bytes: Int
  /// Of these the last ones, that make whole words of an activation.
  var rounding = 0
  var slots = 1
  /// Slots that are filled before the layer begins.
  var head = 0
  /// -1: there before the first inference, and for good.
  var firstStep: Int
  var lastStep: Int

  /// As a `simulation_area_t`.
  var initializer: String {
    let level = "SIMULATOR_\(level == .flash ? "FLASH" : level.rawValue.uppercased())"
    return "{\(quoted(name)), \(level), \(offset), \(bytes), \(rounding), \(slots), \(head), \(firstStep), \(lastStep)}"
  }
}

/// The tensors, those in slots with their number, then the buffers that are no tensors.
private func simulatedAreas(_ plan: DeploymentPlan) -> [SimulatedArea] {
  var areas = plan.tensors.map { tensor in
    SimulatedArea(
      name: tensor.name, level: tensor.level, offset: tensor.offset, bytes: tensor.bytes,
      rounding: tensor.kind == .weights ? 0 : tensor.bytes - tensor.packedBytes,
      firstStep: plan.isResident(tensor) ? -1 : tensor.firstStep, lastStep: tensor.lastStep)
  }
  for layer in plan.layers {
    for buffer in layer.buffers {
      let slots = plan.tensors.firstIndex { tensor in
        tensor.level == buffer.level && tensor.offset == buffer.offset && tensor.bytes == buffer.bytes * buffer.count
          && tensor.firstStep <= layer.step && layer.step <= tensor.lastStep
      }
      if let slots {
        (areas[slots].bytes, areas[slots].slots, areas[slots].rounding) = (buffer.bytes, buffer.count, 0)
        if buffer.level == .l2 && buffer.operand == .weights { areas[slots].head = layer.constants?.headChunks ?? 0 }
      } else {
        areas.append(
          SimulatedArea(
            name: "\(layer.name) \(buffer.operand.rawValue)", level: buffer.level, offset: buffer.offset,
            bytes: buffer.bytes, slots: buffer.count, firstStep: layer.step, lastStep: layer.step))
      }
    }
  }
  return areas
}

extension DeploymentPlan {
  /// Whether a tensor is there before the first inference: weights in external memory, and those that stay in L2.
  fileprivate func isResident(_ tensor: PlannedTensor) -> Bool {
    guard tensor.kind == .weights else { return false }
    return tensor.level.isExternal
      || initialTransfers.contains { (tensor.offset..<tensor.offset + tensor.bytes).contains($0.l2Offset) }
  }
}
