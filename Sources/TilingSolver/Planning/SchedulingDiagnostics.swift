import Hardware
import NetworkIR

/// Says why no schedule was found, with the numbers on both sides.
func schedulingDiagnostic(_ failure: SchedulingFailure, problem: PlanningProblem, target: Target) -> Diagnostic {
  switch failure {
  case .doesNotFit:
    return shortageDiagnostic(problem, target: target)
  case .fragmented(let leastPeakBytes):
    let available = problem.capacity.max() ?? 0
    return Diagnostic(
      code: "DG0510",
      message: "the best addresses found for the L2 buffers end at byte \(leastPeakBytes), but only \(available) B "
        + "are left",
      hint: "raise --l2 to \(target.l2.bytes + leastPeakBytes - available)")
  case .nodeLimit(let nodes):
    return Diagnostic(
      code: "DG0512", message: "the planner found no schedule within \(nodes) branch-and-bound nodes",
      hint: "raise --l2, now \(target.l2.bytes)")
  case .solver(let code):
    return Diagnostic(
      code: "DG0512", message: "GLPK gave up with return code \(code)", hint: "raise --l2, now \(target.l2.bytes)")
  }
}

/// Finds the schedule that needs least L2, and lists what it holds in its fullest step.
private func shortageDiagnostic(_ problem: PlanningProblem, target: Target) -> Diagnostic {
  let available = problem.capacity.max() ?? 0
  guard let smallest = try? ScheduleSolver().smallest(problem),
    let fullest = problem.steps.max(by: { smallest.l2Bytes(in: $0) < smallest.l2Bytes(in: $1) })
  else {
    return Diagnostic(
      code: "DG0510", message: "no schedule fits into the \(available) B of L2 that are left",
      hint: "raise --l2, now \(target.l2.bytes)")
  }
  let layer = problem.network.layers[fullest]
  let bytes = smallest.l2Bytes(in: fullest)
  // Addresses may end above what the fullest step holds.
  let needed = max(bytes, L2Placement(smallest, capacity: bytes).assignment.peakBytes)
  return Diagnostic(
    code: "DG0510", node: layer.source.isEmpty ? layer.name : layer.source, op: LayerDescription(layer).op,
    message: "step \(fullest) needs at least \(bytes) B of L2 (\(contents(smallest, fullest))), but only "
      + "\(available) B are left: \(needed - available) B short",
    hint: "raise --l2 to \(target.l2.bytes + needed - available)")
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

/// Says how far the weights and activations exceed L3.
func l3Diagnostic(_ l3: L3Placement, _ scheduled: ScheduledNetwork, availableBytes: Int) -> Diagnostic {
  let activations = l3.assignment.peakBytes - l3.weightBytes
  return Diagnostic(
    code: "DG0511",
    message: "L3 has \(availableBytes) B, but weights need \(l3.weightBytes) B and activations \(activations) B",
    hint: "use a target with at least \(l3.assignment.peakBytes) B of L3")
}
