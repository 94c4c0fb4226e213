import NetworkIR

/// The whole-network model: one choice a layer, what L2 holds when, and how transfers hide behind layers.
///
/// A layer's weights are streamed by its choice, pinned, or loaded through a window (`ConstantLoad`), as the head of what
/// a choice streams is. A tensor is in L2 while it lives, lives in L3, or is
/// paged: away during some steps in which nobody uses it. Times count in thousands of cycles and sizes in thousands of
/// bytes, which keeps GLPK's numbers near 1.
struct ScheduleModel: Sendable {
  /// What the model minimises.
  enum Goal: Sendable {
    /// Cycles of one inference, within the problem's capacity.
    case cycles
    /// The greatest L2 use of any step, whatever the capacity.
    case l2Peak
  }

  /// Cycles of one unit of time.
  static let cyclesPerUnit = 1000.0
  /// Bytes of one unit of size.
  static let bytesPerUnit = 1000.0

  /// What is to be decided.
  let problem: PlanningProblem
  /// What of the problem the model holds.
  let reduction: ModelReduction
  /// What is minimised.
  let goal: Goal
  /// The columns and rows.
  var program = MILPModel()

  /// Per layer, by index into the reduction's classes.
  var choice: [[Int]] = []
  /// Per tensor; nil for tensors that stay in L2.
  var isInL3: [Int?] = []
  /// Per layer; nil where weights can't be pinned.
  var isPinned: [Int?] = []
  /// In order of the layers.
  var loads: [ConstantLoad] = []
  /// Per tensor, by gap step: the tensor is in L2.
  var residency: [[Int: Int]] = []
  /// Per tensor: it is copied to L3 beside the step after its production; nil where it is never absent.
  var pageOut: [Int?] = []
  /// Per tensor, by gap step: it comes back beside the step.
  var pageIn: [[Int: Int]] = []
  /// Per tensor, by reading step: it comes back before the step, which waits.
  var exposedPageIn: [[Int: Int]] = []
  /// Per step, thousands of cycles; empty for the goal `l2Peak`.
  var time: [Int] = []
  /// Thousands of bytes; nil for the goal `cycles`.
  var peak: Int?

  /// Builds the program for all schedules of a problem.
  init(_ problem: PlanningProblem, goal: Goal) {
    self.init(problem, goal: goal, reduction: ModelReduction(problem, goal: goal))
  }

  /// Builds the program for the schedules that a reduction leaves.
  init(_ problem: PlanningProblem, goal: Goal, reduction: ModelReduction) {
    self.problem = problem
    self.goal = goal
    self.reduction = reduction
    addColumns()
    addChoiceRows()
    addResidencyRows()
    addMemoryRows()
    if goal == .cycles { addTimeRows() }
  }

  /// The layer's classes of choices, with their columns.
  func columns(of layer: Int) -> [(choice: ChoiceClass, column: Int)] {
    Array(zip(reduction.classes[layer], choice[layer]))
  }

  /// The class of a layer that a point of the program has chosen.
  func chosenClass(of layer: Int, at point: MILPSolution) -> Int {
    choice[layer].firstIndex(where: point.isOne) ?? 0
  }

  /// The decisions of a point of the program.
  func schedule(at point: MILPSolution) -> Schedule {
    Schedule(
      choice: problem.steps.map { reduction.classes[$0][chosenClass(of: $0, at: point)].members[0] },
      isPinned: isPinned.map { $0.map(point.isOne) ?? false },
      window: problem.steps.map { layer in
        loads.filter { $0.layer == layer }.flatMap(\.window).filter { point.isOne($0.value) }.map(\.key).min()
      },
      isInL3: isInL3.map { $0.map(point.isOne) ?? false },
      absences: problem.lifetimes.indices.map { tensor in
        if isInL3[tensor].map(point.isOne) ?? false { return [] }
        return Set(residency[tensor].filter { !point.isOne($0.value) }.keys)
      })
  }

  /// Values of the binary columns for a schedule; nil where the model lacks what it decides.
  func binaries(of scheduled: ScheduledNetwork) -> [Bool]? {
    let schedule = scheduled.schedule
    var ones: [Int?] = problem.steps.map { layer in
      reduction.classes[layer].firstIndex { $0.members.contains(schedule.choice[layer]) }.map { choice[layer][$0] }
    }
    for layer in problem.steps {
      if schedule.isPinned[layer] { ones.append(isPinned[layer]) }
      guard let first = schedule.window[layer] else { continue }
      let chosen = schedule.choice[layer]
      let load = loads.first { load in
        load.layer == layer && load.choices.contains { $0.choice.members.contains(chosen) }
      }
      ones += (first...layer).map { load?.window[$0] }
    }
    for case let lifetime? in problem.lifetimes {
      let tensor = lifetime.tensor
      if schedule.isInL3[tensor] { ones.append(isInL3[tensor]) }
      if residency[tensor].isEmpty, !schedule.absences[tensor].isEmpty { return nil }
      ones += residency[tensor].keys.sorted().filter { scheduled.isResident(lifetime, in: $0) }
        .map { residency[tensor][$0] }
    }
    var values = program.columns.map { _ in false }
    for column in ones {
      guard let column else { return nil }
      values[column] = true
    }
    return values
  }
}

extension ScheduleModel {
  private mutating func addColumns() {
    choice = reduction.classes.map { classes in classes.map { _ in program.addBinary() } }
    isInL3 = problem.lifetimes.indices.map { reduction.mayLiveInL3[$0] ? program.addBinary() : nil }
    addWeightColumns()
    addPagingColumns()
    switch goal {
    case .cycles:
      time = problem.steps.map { _ in program.addContinuous(cost: 1) }
    case .l2Peak:
      let least = Double(reduction.leastBytes.max() ?? 0) / Self.bytesPerUnit
      peak = program.addContinuous(from: least, cost: 1)
    }
  }

  /// Pins and windows only where they fit beside the least that each of their steps holds.
  private mutating func addWeightColumns() {
    for layer in problem.steps {
      let loads = ConstantLoad.all(of: layer, columns(of: layer))
      isPinned.append(nil)
      for load in loads {
        let first = self.loads.count
        self.loads.append(load)
        switch problem.schedulePins.constants[layer] {
        case .pinned:
          isPinned[layer] = program.addBinary(from: 1)
          continue
        case .window(let start):
          for step in start...layer { addWindow(first, step: step) }
          continue
        case .whole, nil: addWindow(first, step: layer)
        }
        guard goal == .cycles else { continue }
        let fits = problem.steps.map {
          $0 == layer || reduction.leastBytes[$0] + load.leastBytes <= problem.capacity[$0]
        }
        if problem.mayPin, !load.isHead, fits.allSatisfy({ $0 }) { isPinned[layer] = program.addBinary() }
        let earlier = stride(from: layer - 1, through: max(layer - problem.lookback, 0), by: -1)
        for step in earlier.prefix(while: { fits[$0] }) { addWindow(first, step: step) }
      }
    }
  }

  private mutating func addWindow(_ load: Int, step: Int) {
    loads[load].window[step] = program.addBinary()
    loads[load].fraction[step] = program.addContinuous(to: 1)
  }

  /// Gap steps only where memory can run short during the gap.
  private mutating func addPagingColumns() {
    let crowded = goal == .l2Peak ? Array(problem.steps) : problem.steps.filter { !alwaysFits($0) }
    for lifetime in problem.lifetimes {
      residency.append([:])
      pageOut.append(nil)
      pageIn.append([:])
      exposedPageIn.append([:])
      guard let lifetime else { continue }
      let tensor = lifetime.tensor
      let pinned = problem.schedulePins.isResident[tensor]
      guard lifetime.gaps.contains(where: crowded.contains) || pinned.values.contains(false) else { continue }
      pageOut[tensor] = program.addContinuous(to: 1)
      for step in lifetime.gaps {
        residency[tensor][step] = program.addBinary(
          from: pinned[step] == true ? 1 : 0, to: pinned[step] == false ? 0 : 1)
        if goal == .cycles { pageIn[tensor][step] = program.addContinuous(to: 1) }
      }
      guard goal == .cycles else { continue }
      for step in lifetime.consumers where lifetime.gaps.contains(step - 1) {
        exposedPageIn[tensor][step] = program.addContinuous(to: 1)
      }
    }
  }
}
