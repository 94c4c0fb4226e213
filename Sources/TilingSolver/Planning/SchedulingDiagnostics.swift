import Hardware
import NetworkIR

/// Says why no schedule was found, with the numbers on both sides.
func schedulingDiagnostic(_ failure: SchedulingFailure, _ scheduling: NetworkScheduling) -> Diagnostic {
  let available = scheduling.l2Available
  let smallest = try? scheduling.smallest()
  let hint = smallest.flatMap { scheduling.sufficientBytes($0) }.map { sizeHint($0, scheduling) }
  let unknown = "raise --l2, now \(scheduling.target.l2.bytes)"
  if let smallest, let shortage = shortage(smallest, available: available, hint: hint ?? unknown) { return shortage }
  switch failure {
  case .doesNotFit:
    return Diagnostic(
      code: "DG0510", message: "no schedule was found that fits into the \(available) B of L2 that are left",
      hint: hint ?? unknown)
  case .fragmented(let leastPeakBytes):
    return Diagnostic(
      code: "DG0510",
      message: "the best addresses found for the L2 buffers end at byte \(leastPeakBytes), but only \(available) B "
        + "are left",
      hint: hint ?? unknown)
  case .nodeLimit(let nodes):
    return Diagnostic(
      code: "DG0512", message: "the planner found no schedule within \(nodes) branch-and-bound nodes",
      hint: hint ?? unknown)
  case .solver(let code):
    return Diagnostic(code: "DG0512", message: "GLPK gave up with return code \(code)", hint: hint ?? unknown)
  }
}

/// Names the L2 size that leaves `bytes` beside code, tables and reserve, and says where the chip itself has less.
private func sizeHint(_ bytes: Int, _ scheduling: NetworkScheduling) -> String {
  let target = scheduling.target
  let size = target.l2.bytes - scheduling.l2Available + bytes
  guard let chip = Target.builtin.first(where: { $0.name == target.name }), chip.l2.bytes < size else {
    return "raise --l2 to \(size)"
  }
  return "raise --l2 to \(size), which is more than the \(chip.l2.bytes) B that \(target.name) has"
}

/// Lists what the smallest schedule holds in its fullest step; nil when that fits.
private func shortage(_ smallest: ScheduledNetwork, available: Int, hint: String) -> Diagnostic? {
  let steps = smallest.problem.steps
  guard let fullest = steps.max(by: { smallest.l2Bytes(in: $0) < smallest.l2Bytes(in: $1) }) else { return nil }
  let layer = smallest.problem.network.layers[fullest]
  let bytes = smallest.l2Bytes(in: fullest)
  guard bytes > available else { return nil }
  return Diagnostic(
    code: "DG0510", node: layer.source.isEmpty ? layer.name : layer.source, op: LayerDescription(layer).op,
    message: "step \(fullest) needs at least \(bytes) B of L2 (\(contents(smallest, fullest))), but only "
      + "\(available) B are left: \(bytes - available) B short",
    hint: hint)
}

/// The buffers of a step with their bytes, largest first.
private func contents(_ scheduled: ScheduledNetwork, _ step: Int) -> String {
  var buffers: [(name: String, bytes: Int)] = []
  for lifetime in scheduled.problem.tensors(living: step) where scheduled.isResident(lifetime, in: step) {
    buffers.append((scheduled.problem.network[lifetime.tensor].name, lifetime.bytes))
  }
  for layer in scheduled.problem.steps where scheduled.holdsWeights(of: layer, in: step) {
    let bytes = roundedUpTo4(scheduled.choice(layer).constantBytes)
    buffers.append(("\(scheduled.problem.network.layers[layer].name).weights", bytes))
  }
  for buffer in scheduled.choice(step).buffers where buffer.level == .l2 {
    buffers.append(("\(buffer.operand.rawValue) slots", buffer.bytes * buffer.count))
  }
  return buffers.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    .map { "\($0.name) \($0.bytes) B" }.joined(separator: ", ")
}

/// Says how far constants in the code exceed L2, so that nothing is left for tensors; nil where something is left.
func tableShortage(_ scheduling: NetworkScheduling) -> Diagnostic? {
  guard scheduling.l2Available <= 0 else { return nil }
  let tables = scheduling.network.tableBytes
  return Diagnostic(
    code: "DG0513",
    message: "tables and pieces of movements, which are compiled into the code, take \(tables) B of L2, but only "
      + "\(scheduling.l2Available + tables) B are left for them and for tensors",
    hint: sizeHint(4, scheduling))
}

/// Says how far weights and activations exceed L3 whatever is decided, so that it takes no search to refuse them; nil
/// when they may fit.
///
/// L3 holds all weights, and what a step's tensors have beyond L2.
func l3Shortage(of network: Network, target: Target) -> Diagnostic? {
  let weights = network.layers.reduce(0) { $0 + LayerShape($1, in: network).leastConstantBytes }
  let lifetimes = TensorLifetime.all(in: network).compactMap { $0 }
  let fullest =
    network.layers.indices.map { step in
      lifetimes.reduce(0) { $1.live.contains(step) ? $0 + $1.bytes : $0 }
    }.max() ?? 0
  let l2 = max(0, target.availableBytes(.l2, tableBytes: network.tableBytes))
  let l3 = target.availableBytes(.l3)
  let activations = max(0, fullest - l2)
  guard weights + activations > l3 else { return nil }
  return Diagnostic(
    code: "DG0511",
    message: "L3 has \(l3) B, but weights need at least \(weights) B and activations, of which one step needs "
      + "\(fullest) B at a time, \(activations) B beyond the \(l2) B of L2",
    hint: "use a target with at least \(weights + activations) B of L3")
}

/// Says how far the weights and activations exceed L3.
func l3Diagnostic(_ l3: L3Placement, _ scheduled: ScheduledNetwork, availableBytes: Int) -> Diagnostic {
  let activations = l3.assignment.peakBytes - l3.weightBytes
  return Diagnostic(
    code: "DG0511",
    message: "L3 has \(availableBytes) B, but weights need \(l3.weightBytes) B and activations \(activations) B",
    hint: "use a target with at least \(l3.assignment.peakBytes) B of L3")
}
