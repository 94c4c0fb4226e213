import Hardware
import NetworkIR

/// Why layers have no choice: one finding for each, with one remedy for all.
func layerShortages(_ layers: [WorkloadLayer], _ scheduling: NetworkScheduling) -> [Diagnostic] {
  let remedy = MemoryRemedy(scheduling)
  let l1Bytes = scheduling.target.availableBytes(.l1)
  return layers.map { layer in
    let buffers = scheduling.leastBuffers(of: layer)
    guard buffers.bytes > l1Bytes else { return scheduling.infeasibility(of: layer) }
    let list = buffers.placed(doubled: []).map { "\($0.operand.rawValue) \($0.bytes) B" }.joined(separator: ", ")
    return Diagnostic(
      code: "DG0501", node: layer.source, op: layer.op,
      message: "the smallest tile takes \(buffers.bytes) B of L1 (\(list)), but only \(l1Bytes) B are left beside the "
        + "stacks: \(buffers.bytes - l1Bytes) B short",
      hint: remedy?.hint ?? "raise --l1, now \(scheduling.target.l1.bytes)")
  }
}

/// Says why no schedule was found, with the numbers on both sides.
func schedulingDiagnostic(_ failure: SchedulingFailure, _ scheduling: NetworkScheduling) -> Diagnostic {
  let available = scheduling.l2Available
  let hint = MemoryRemedy(scheduling)?.hint ?? "raise --l2, now \(scheduling.target.l2.bytes)"
  if let smallest = try? scheduling.smallest(), let shortage = shortage(smallest, available: available, hint: hint) {
    return shortage
  }
  switch failure {
  case .doesNotFit:
    return Diagnostic(
      code: "DG0510", message: "no schedule was found that fits into the \(available) B of L2 that are left",
      hint: hint)
  case .fragmented(let leastPeakBytes):
    return Diagnostic(
      code: "DG0510",
      message: "the best addresses found for the L2 buffers end at byte \(leastPeakBytes), but only \(available) B "
        + "are left: \(leastPeakBytes - available) B short",
      hint: hint)
  case .nodeLimit(let nodes):
    return Diagnostic(
      code: "DG0512", message: "the planner found no schedule within \(nodes) branch-and-bound nodes", hint: hint)
  case .solver(let code):
    return Diagnostic(code: "DG0512", message: "GLPK gave up with return code \(code)", hint: hint)
  }
}

/// Lists what the smallest schedule holds in its fullest step; nil when that fits.
private func shortage(_ smallest: ScheduledNetwork, available: Int, hint: String) -> Diagnostic? {
  let steps = smallest.problem.steps
  guard let fullest = steps.max(by: { smallest.l2Bytes(in: $0) < smallest.l2Bytes(in: $1) }) else { return nil }
  let layer = smallest.problem.workload.layers[fullest]
  let bytes = smallest.l2Bytes(in: fullest)
  guard bytes > available else { return nil }
  return Diagnostic(
    code: "DG0510", node: layer.source, op: layer.op,
    message: "step \(fullest) needs at least \(bytes) B of L2 (\(contents(smallest, fullest))), but only "
      + "\(available) B are left: \(bytes - available) B short",
    hint: hint)
}

/// The buffers of a step with their bytes, largest first.
private func contents(_ scheduled: ScheduledNetwork, _ step: Int) -> String {
  var buffers: [(name: String, bytes: Int)] = []
  for lifetime in scheduled.problem.tensors(living: step) where scheduled.isResident(lifetime, in: step) {
    buffers.append((scheduled.problem.workload[lifetime.tensor].name, lifetime.bytes))
  }
  for layer in scheduled.problem.steps {
    let bytes = scheduled.weightBytes(of: layer, in: step)
    guard bytes > 0 else { continue }
    buffers.append((scheduled.problem.workload.layers[layer].constantsName, bytes))
  }
  for buffer in scheduled.choice(step).buffers where buffer.level == .l2 {
    buffers.append(("\(buffer.operand.rawValue) slots", buffer.bytes * buffer.count))
  }
  return buffers.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    .map { "\($0.name) \($0.bytes) B" }.joined(separator: ", ")
}

/// Says how far the program exceeds L2, so that nothing is left for tensors; nil where something is left.
func programShortage(_ scheduling: NetworkScheduling, l2Bytes: Int) -> Diagnostic? {
  guard l2Bytes <= 0 else { return nil }
  let program = scheduling.workload.program
  return Diagnostic(
    code: "DG0513",
    message: "the program takes \(program.code) B of L2 and \(program.tables) B of tables and pieces of movements, but "
      + "only \(max(0, l2Bytes + program.code + program.tables)) B are left for it and for tensors: \(-l2Bytes) B short",
    hint: MemoryRemedy(scheduling)?.hint ?? "raise --l2, now \(scheduling.target.l2.bytes)")
}
