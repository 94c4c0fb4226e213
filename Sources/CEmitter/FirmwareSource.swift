import NetworkIR
import Templates

/// One inference that firmware checks itself with.
package struct FirmwareSample: Equatable, Sendable {
  /// Per network input: codes, HWC.
  package var inputs: [[Int32]]
  /// Per layer, what the exact reference gives for these inputs: codes, HWC.
  package var layers: [[Int32]]

  /// Joins inputs with the layers' outputs.
  package init(inputs: [[Int32]], layers: [[Int32]]) {
    self.inputs = inputs
    self.layers = layers
  }
}

/// What a project for PMSIS has besides the files of every project.
func firmwareFiles(_ project: ResolvedProject, _ sample: FirmwareSample) -> [GeneratedFile] {
  let input = packedInputs(project.network, sample)
  return [
    GeneratedFile(path: "pmsis/pmsis_plan.h", text: firmwarePlanHeader(project)),
    GeneratedFile(path: "pmsis/pmsis_expected.c", text: expectedLayersSource(project, sample, input: input)),
    GeneratedFile(path: "input.bin", contents: input),
  ] + Templates.firmware.map { GeneratedFile(path: $0.path, contents: $0.contents) }
}

/// `pmsis/pmsis_plan.h`: how the plan divides the memories of the chip.
private func firmwarePlanHeader(_ project: ResolvedProject) -> String {
  let plan = project.plan
  let (l1, l2) = (plan.target.figures.l1, plan.items(of: .l2))
  return fileHeader + "/* What the plan says about the memories of the chip. */\n"
    + "#ifndef PMSIS_PLAN_H\n#define PMSIS_PLAN_H\n\n/* All bytes of L1 and L2. */\n"
    + defines([
      ("PMSIS_TARGET_L1_BYTES", "\(plan.target.l1Bytes)"), ("PMSIS_TARGET_L2_BYTES", "\(plan.target.l2Bytes)"),
    ]) + "\n/* Of L1: stacks of the core that runs the network and of each other one, and what is left to the SDK. */\n"
    + defines([
      ("PMSIS_MASTER_STACK_BYTES", "\(l1.masterStackBytes)"), ("PMSIS_WORKER_STACK_BYTES", "\(l1.workerStackBytes)"),
      ("PMSIS_L1_SDK_BYTES", "\(l1.sdkReserveBytes)"),
    ]) + "\n/* Of L2: the project's code, constants and tables, what is left to the SDK, and to the application. */\n"
    + defines([
      ("PMSIS_CODE_BYTES", "\(l2["code", default: 0] + l2["tables", default: 0])"),
      ("PMSIS_L2_SDK_BYTES", "\(l2["sdk", default: 0])"), ("PMSIS_USER_BYTES", "\(l2["reserve", default: 0])"),
    ]) + "\n/* From the start of RAM: weights and activations. */\n"
    + defines([("PMSIS_RAM_BYTES", "\(project.ramBytes)u")]) + "\n"
    + defines([("PMSIS_LAYERS", "\(project.layers.count)")]) + "\n#endif\n"
}

/// `pmsis/pmsis_expected.c`: of every layer the checksum of its output as it lies in memory, for `input.bin`.
private func expectedLayersSource(
  _ project: ResolvedProject, _ sample: FirmwareSample, input: [UInt8]
) -> String {
  let rows = zip(project.layers, sample.layers).map { layer, codes in
    let output = layer.output.operand
    let checksum = crc32(output.type.packed(codes, shape: output.shape))
    return (layer.planned, "0x" + hexadecimal(checksum))
  }
  func table(_ name: String, _ type: String, _ value: ((PlannedLayer, String)) -> String) -> String {
    "const \(type) \(name)[] = {\n"
      + rows.map { "    \(value($0)), /* \(commented($0.0.name)) */\n" }.joined() + "};\n"
  }
  return fileHeader + "#include \"pmsis_checks.h\"\n\n#ifdef DORY_CHECK_LAYERS\n\n"
    + "const uint32_t dory_input_crc = 0x\(hexadecimal(crc32(input)))u;\n\n"
    + table("dory_layer_crcs", "uint32_t") { $0.1 + "u" } + "\n"
    + table("dory_layer_macs", "uint64_t") { "\($0.0.macs)u" } + "\n#endif\n"
}

/// `input.bin`: the inputs one after another as they lie in memory, each filled up to a multiple of 4 bytes.
private func packedInputs(_ network: Network, _ sample: FirmwareSample) -> [UInt8] {
  zip(network.inputs, sample.inputs).flatMap { boundary, codes in
    let tensor = network[boundary.tensor]
    let bytes = tensor.type.packed(codes, shape: tensor.shape)
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }
}

extension ResolvedProject {
  /// End of the highest byte of RAM that weights or activations take, a multiple of 4.
  fileprivate var ramBytes: Int {
    let end = plan.tensors.reduce(weights.ram.count) { $1.level == .l3 ? max($0, $1.offset + $1.bytes) : $0 }
    return (end + 3) / 4 * 4
  }
}
