import Hardware
import NetworkIR

/// Says how far weights and activations exceed RAM and flash whatever is decided, so that it takes no search to refuse
/// them; nil when they may fit.
///
/// RAM holds what a step's tensors have beyond L2, and weights beside them; flash holds weights, for the objective `cold`
/// all of them.
func externalShortage(of workload: Workload, target: Target, objective: Objective) -> Diagnostic? {
  let weights = workload.layers.reduce(0) { $0 + $1.shape.leastConstantBytes }
  let fullest = TensorLifetime.mostLiveBytes(in: workload)
  let l2 = max(0, target.availableBytes(.l2, for: workload.program))
  let (ram, flash) = (target.availableBytes(.l3), target.availableBytes(.flash))
  let activations = max(0, fullest - l2)
  if objective == .cold, target.flash != nil, weights > flash {
    return Diagnostic(
      code: "DG0511",
      message: "flash has \(flash) B, but weights need at least \(weights) B: \(weights - flash) B short",
      hint: "use a target with at least \(weights) B of flash, or another objective, for which RAM holds weights, too")
  }
  let missing = max(activations - ram, weights + activations - ram - flash)
  guard missing > 0 else { return nil }
  return Diagnostic(
    code: "DG0511",
    message: "\(sizes(target)), but weights need at least \(weights) B and activations, of which one step needs "
      + "\(fullest) B at a time, \(activations) B of RAM beyond the \(l2) B of L2: \(missing) B short",
    hint: "use a target with at least \(ram + missing) B of RAM")
}

/// Says how far the weights and activations of a schedule exceed RAM or flash.
func externalDiagnostic(_ l3: L3Placement, target: Target) -> Diagnostic {
  let activations = l3.assignment.peakBytes - l3.weightBytes
  let missing = max(0, l3.assignment.peakBytes - target.availableBytes(.l3))
  let missingFlash = max(0, l3.flashBytes - target.availableBytes(.flash))
  let flash = target.flash == nil ? "" : ", and \(l3.flashBytes) B of weights flash"
  return Diagnostic(
    code: "DG0511",
    message: "\(sizes(target)), but weights need \(l3.weightBytes) B and activations \(activations) B of RAM\(flash): "
      + "\(missing + missingFlash) B short",
    hint: missing > 0
      ? "use a target with at least \(l3.assignment.peakBytes) B of RAM"
      : "use a target with at least \(l3.flashBytes) B of flash")
}

private func sizes(_ target: Target) -> String {
  "RAM has \(target.availableBytes(.l3)) B"
    + (target.flash == nil ? "" : " and flash \(target.availableBytes(.flash)) B")
}
