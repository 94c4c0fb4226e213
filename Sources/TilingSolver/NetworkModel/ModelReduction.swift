import NetworkIR

/// What can be left out of a problem's model before it is built, and the bounds that show why.
struct ModelReduction: Sendable {
  /// By `TensorID`: the tensor may live in L3.
  let mayLiveInL3: [Bool]
  /// Per layer, the indices of the choices whose streamed tensors may live in L3.
  let choices: [[Int]]
  /// Per step, the least bytes that any schedule holds in L2.
  let leastBytes: [Int]

  /// With `spillsEverything`, whatever all its layers can stream may live in L3; without, only tensors that exist while
  /// some step can't hold all its tensors and its layer's least need.
  init(_ problem: PlanningProblem, goal: ScheduleModel.Goal, spillsEverything: Bool) {
    let tight = problem.steps.filter { step in
      let least = problem.choices[step].filter { problem.tensorsInL3($0, step: step).isEmpty }
        .map { Self.ownBytes($0) }.min()
      let living = problem.tensors(living: step).reduce(0) { $0 + $1.bytes }
      return least.map { living + $0 > problem.capacity[step] } ?? true
    }
    let mayLiveInL3 = problem.lifetimes.map { lifetime in
      guard let lifetime else { return false }
      let isConcerned = spillsEverything || tight.contains { lifetime.live.contains($0) }
      return isConcerned && Self.canStreamEverywhere(lifetime, problem)
    }
    let choices = problem.steps.map { step in
      let possible = problem.choices[step].indices.filter { index in
        problem.tensorsInL3(problem.choices[step][index], step: step).allSatisfy { mayLiveInL3[$0] }
      }
      return goal == .l2Peak ? Self.smallest(possible, of: problem.choices[step]) : possible
    }
    self.mayLiveInL3 = mayLiveInL3
    self.choices = choices
    self.leastBytes = problem.steps.map { step in
      let staying = problem.tensors(living: step).filter {
        !mayLiveInL3[$0.tensor] && !$0.gaps.contains(step)
      }
      let own = choices[step].map { Self.ownBytes(problem.choices[step][$0]) }.min() ?? 0
      return own + staying.reduce(0) { $0 + $1.bytes }
    }
  }

  /// For each combination of operands in L3, the choice that holds the fewest bytes: the peak asks for no other.
  private static func smallest(_ indices: [Int], of choices: [LayerChoice]) -> [Int] {
    var kept: [Int] = []
    for index in indices.sorted(by: { (ownBytes(choices[$0]), $0) < (ownBytes(choices[$1]), $1) }) {
      let choice = choices[index]
      let isBeaten = kept.contains {
        choices[$0].inputsInL3 == choice.inputsInL3 && choices[$0].outputInL3 == choice.outputInL3
      }
      if !isBeaten { kept.append(index) }
    }
    return kept.sorted()
  }

  /// Bytes that a choice holds besides the network's tensors.
  static func ownBytes(_ choice: LayerChoice) -> Int {
    roundedUpTo4(choice.l2WorkBytes) + (choice.needsResidentConstants ? roundedUpTo4(choice.constantBytes) : 0)
  }

  /// Every layer that uses the tensor has a choice that streams it; a tensor that no layer uses has no reason to move.
  private static func canStreamEverywhere(_ lifetime: TensorLifetime, _ problem: PlanningProblem) -> Bool {
    let users = problem.steps.filter { lifetime.isUsed(in: $0) }
    return !users.isEmpty
      && users.allSatisfy { step in
        problem.choices[step].contains { problem.wantsInL3(lifetime.tensor, $0, step: step) }
      }
  }
}
