import NetworkIR

extension Schedule {
  /// A schedule made step by step without looking back: what the model's solution must not be worse than.
  ///
  /// Every layer takes its fastest choice that fits beside the living tensors; where none fits, the largest tensor
  /// that can be streamed moves to L3. Then weights are pinned in order while they fit, and all others are fetched one
  /// step ahead where there is room.
  ///
  /// - Returns: nil when some step has no choice that fits.
  static func greedy(for problem: PlanningProblem) -> Schedule? {
    var schedule = Schedule(
      choice: problem.steps.map { _ in 0 }, isPinned: problem.steps.map { _ in false },
      window: problem.steps.map { _ in nil }, isInL3: problem.lifetimes.map { _ in false },
      absences: problem.lifetimes.map { _ in [] })
    let mayLiveInL3 = ModelReduction(problem, goal: .cycles).mayLiveInL3
    while let step = schedule.chooseFastest(problem) {
      let candidates = problem.tensors(living: step).filter {
        mayLiveInL3[$0.tensor] && !schedule.isInL3[$0.tensor]
      }
      // The first of the largest, so that equal problems give equal schedules.
      guard let largest = candidates.map(\.bytes).max() else { return nil }
      for candidate in candidates.filter({ $0.bytes == largest }).prefix(1) { schedule.isInL3[candidate.tensor] = true }
    }
    schedule.placeWeights(problem)
    return schedule
  }

  /// Gives every layer its fastest choice that fits; returns the first step that has none.
  private mutating func chooseFastest(_ problem: PlanningProblem) -> Int? {
    for step in problem.steps {
      let tensors = residentTensorBytes(in: step, problem)
      let layer = problem.workload.layers[step]
      let used = layer.inputs.map(\.tensor) + [layer.output]
      let fitting = problem.choices[step].indices.filter { index in
        let choice = problem.choices[step][index]
        return tensors + problem.ownBytes(choice, step: step) <= problem.capacity[step]
          && used.allSatisfy { problem.wantsInL3($0, choice, step: step) == isInL3[$0] }
      }
      let fastest = fitting.min { problem.choices[step][$0].cycles.total < problem.choices[step][$1].cycles.total }
      guard let fastest else { return step }
      choice[step] = fastest
    }
    return nil
  }

  private mutating func placeWeights(_ problem: PlanningProblem) {
    var used = problem.steps.map { step in
      residentTensorBytes(in: step, problem) + problem.ownBytes(problem.choices[step][choice[step]], step: step)
    }
    let bytes = problem.steps.map { layer in
      problem.choices[layer][choice[layer]].loadedConstantBytes
    }
    for layer in problem.steps where bytes[layer] > 0 {
      let others = problem.steps.filter { $0 != layer }
      let isWhole = problem.choices[layer][choice[layer]].needsResidentConstants
      isPinned[layer] =
        isWhole && problem.mayPin && others.allSatisfy { used[$0] + bytes[layer] <= problem.capacity[$0] }
      guard isPinned[layer] else { window[layer] = layer; continue }
      for step in others { used[step] += bytes[layer] }
    }
    for layer in problem.steps.dropFirst() where window[layer] != nil {
      guard used[layer - 1] + bytes[layer] <= problem.capacity[layer - 1] else { continue }
      window[layer] = layer - 1
      used[layer - 1] += bytes[layer]
    }
  }

  private func residentTensorBytes(in step: Int, _ problem: PlanningProblem) -> Int {
    problem.tensors(living: step).reduce(0) { isInL3[$1.tensor] ? $0 : $0 + $1.bytes }
  }
}
