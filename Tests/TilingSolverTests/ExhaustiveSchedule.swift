import NetworkIR

@testable import TilingSolver

/// The least cycles of a synthetic problem by trying every decision; shares nothing with the model or its evaluation.
struct ExhaustiveSchedule {
  let problem: PlanningProblem
  /// By layer: what its weights must be, as in `Decision.weights`; the others are free.
  let requiredWeights: [Int: Int]
  private(set) var best: Int?

  init(_ problem: PlanningProblem, requiredWeights: [Int: Int] = [:]) {
    self.problem = problem
    self.requiredWeights = requiredWeights
    var decision = Decision()
    chooseLayers(&decision)
  }

  private struct Decision {
    var choices: [LayerChoice] = []
    /// -1: pinned; else the number of steps before the layer in which its window is open; nil: no weights in L2.
    var weights: [Int?] = []
    var isInL3: [Int: Bool] = [:]
  }

  private mutating func chooseLayers(_ decision: inout Decision) {
    let step = decision.choices.count
    guard step < problem.workload.layers.count else { return chooseAbsences(decision) }
    let layer = problem.workload.layers[step]
    for choice in problem.choices[step] {
      var next = decision
      next.choices.append(choice)
      let wanted = zip(layer.inputs.map(\.tensor) + [layer.output], choice.inputsInL3 + [choice.outputInL3])
      let agrees = wanted.allSatisfy { tensor, level in next.isInL3[tensor].map { $0 == level } ?? true }
      guard agrees else { continue }
      for (tensor, level) in wanted { next.isInL3[tensor] = level }
      let resident = choice.constantBytes > 0 && (choice.mode == .full || choice.mode == .activationsStriped)
      var windows: [Int?] = resident || choice.headChunks > 0 ? Array(0...min(step, problem.lookback)) : [nil]
      if resident, problem.mayPin { windows.append(-1) }
      if let required = requiredWeights[step] { windows = windows.filter { $0 == required } }
      for window in windows {
        next.weights.append(window)
        chooseLayers(&next)
        next.weights.removeLast()
      }
    }
  }

  /// In the networks with a skip, tensor 1 is idle in step 2 only, which may be too early to be absent.
  private mutating func chooseAbsences(_ decision: Decision) {
    cost(decision, absent: nil)
    for tensor in problem.workload.tensors.indices where decision.isInL3[tensor] == false {
      let readers = readers(of: tensor)
      guard let last = readers.last, tensor > 0 else { continue }
      // Written in step tensor - 1, paged out beside the next one.
      for step in (tensor + 1)..<max(last, tensor + 1) where !readers.contains(step) {
        cost(decision, absent: (tensor, step))
      }
    }
  }

  private func readers(of tensor: Int) -> [Int] {
    problem.workload.layers.indices.filter { step in
      problem.workload.layers[step].inputs.contains { $0.tensor == tensor }
    }
  }

  private mutating func cost(_ decision: Decision, absent: (tensor: Int, step: Int)?) {
    let steps = problem.workload.layers.indices
    guard steps.allSatisfy({ bytes(decision, absent, step: $0) <= problem.capacity[$0] }) else { return }
    let unit = SyntheticProblem.burstCycles
    var exposed = 0
    var paging = steps.map { _ in 0 }
    if let absent {
      let bursts = problem.workload.tensors[absent.tensor].bytes / SyntheticProblem.burstBytes
      paging[absent.tensor] += bursts
      // One gap step only: the tensor comes back just before its reader.
      exposed += bursts
    }
    // What each step does not need of the external memory, or needs beyond the layer's time.
    let slack = steps.map { step in
      let cycles = decision.choices[step].cycles
      return (cycles.total - cycles.l3) / unit - paging[step]
    }
    var total = exposed + steps.reduce(0) { $0 + decision.choices[$1].cycles.total / unit + max(-slack[$1], 0) }
    total += hiddenMatching(decision, slack: slack)
    best = min(best ?? Int.max, total * unit)
  }

  /// Bursts of weights that find no free time: all bursts less a maximum matching to free bursts of window steps.
  private func hiddenMatching(_ decision: Decision, slack: [Int]) -> Int {
    var slots: [Int] = []
    for (step, free) in slack.enumerated() { slots += Array(repeating: step, count: max(free, 0)) }
    var owner = [Int?](repeating: nil, count: slots.count)
    var loads: [ClosedRange<Int>?] = []
    for (layer, window) in decision.weights.enumerated() {
      guard let window, window >= 0 else { continue }
      let bursts = Self.loadedBytes(decision.choices[layer]) / SyntheticProblem.burstBytes
      let steps = window > 0 ? (layer - window)...(layer - 1) : nil
      loads += Array(repeating: steps, count: bursts)
    }
    var matched = 0
    func augment(_ load: Int, _ seen: inout Set<Int>) -> Bool {
      guard let steps = loads[load] else { return false }
      for slot in slots.indices where steps.contains(slots[slot]) && seen.insert(slot).inserted {
        if owner[slot].map({ augment($0, &seen) }) ?? true {
          owner[slot] = load
          return true
        }
      }
      return false
    }
    for load in loads.indices {
      var seen: Set<Int> = []
      if augment(load, &seen) { matched += 1 }
    }
    return loads.count - matched
  }

  /// Bytes of an input that an addition, all of it in L2, reads last of all and replaces by its output of the same size.
  private func overwrittenBytes(_ decision: Decision, step: Int) -> Int {
    let layer = problem.workload.layers[step]
    guard layer.op == "addition", decision.choices[step].mode == .full else { return 0 }
    let size = problem.workload.tensors[layer.output].bytes
    let isReplaceable = layer.inputs.contains { input in
      readers(of: input.tensor).last == step && problem.workload.tensors[input.tensor].bytes == size
        && !problem.workload.outputs.contains(input.tensor)
    }
    return isReplaceable ? size : 0
  }

  private func bytes(_ decision: Decision, _ absent: (tensor: Int, step: Int)?, step: Int) -> Int {
    var bytes = decision.choices[step].buffers.reduce(0) { $0 + $1.bytes * $1.count }
    for tensor in problem.workload.tensors.indices where decision.isInL3[tensor] == false {
      let isOutput = problem.workload.outputs.contains(tensor)
      let last = isOutput ? problem.workload.layers.count - 1 : readers(of: tensor).last ?? tensor - 1
      guard max(tensor - 1, 0) <= step, step <= last else { continue }
      if let absent, absent == (tensor, step) { continue }
      bytes += problem.workload.tensors[tensor].bytes
    }
    bytes -= overwrittenBytes(decision, step: step)
    for (layer, window) in decision.weights.enumerated() {
      guard let window else { continue }
      let isHeld = window < 0 || (layer - window...layer).contains(step)
      // In its own step a head is what lies in the slots.
      let isCounted = layer == step && decision.choices[layer].headChunks > 0
      if isHeld, !isCounted { bytes += Self.loadedBytes(decision.choices[layer]) }
    }
    return bytes
  }

  /// What is loaded besides the layer's own streaming: a head fills all its slots.
  private static func loadedBytes(_ choice: LayerChoice) -> Int {
    choice.headChunks > 0 ? choice.buffers.reduce(0) { $0 + $1.bytes * $1.count } : choice.constantBytes
  }
}
