import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

struct SchedulePinTests {
  /// A chain of three layers, or one with a skip connection, with pins.
  private static func problem(_ seed: UInt64, hasSkip: Bool = false, _ pins: Pins) throws -> PlanningProblem {
    let free = try SyntheticProblem.problem(
      seed: seed, hasSkip: hasSkip, capacityBursts: 7 + Int(seed % 6), mayPin: seed % 2 == 0)
    return PlanningProblem(
      workload: free.workload, choices: free.choices, l2Bytes: free.capacity[0], read: free.read, write: free.write,
      mayPin: free.mayPin, pins: pins)
  }

  private static func pin(
    _ name: String, _ level: MemoryLevel, _ steps: ClosedRange<Int>? = nil, at offset: Int? = nil
  ) -> TensorPin {
    var pin = TensorPin(name: name, level: level)
    pin.offset = offset
    pin.firstStep = steps?.lowerBound
    pin.lastStep = steps?.upperBound
    return pin
  }

  /// Layers that run with everything in L2, with room for all; some are additions, which may overwrite an input.
  private static func roomy(
    _ layers: [[Int]], additions: [Int] = [], _ pins: [TensorPin]
  ) throws -> PlanningProblem {
    var random = SplitMix64(seed: 1)
    let bursts = Array(repeating: 2, count: layers.count + 1)
    var workload = Workload(SyntheticProblem.network(layers: layers, bursts: bursts, outputs: [layers.count]))
    for step in additions { workload.layers[step].op = "addition" }
    let timing = try SyntheticProblem.timing()
    let choices = layers.map { inputs in
      SyntheticProblem.choices(inputs: inputs.count, random: &random).filter { $0.mode == .full }
    }
    return PlanningProblem(
      workload: workload, choices: choices, l2Bytes: 60 * SyntheticProblem.burstBytes, read: timing, write: timing,
      mayPin: true, pins: Pins(tensors: pins))
  }

  private func expect(_ problem: PlanningProblem, best: Int?, _ comment: Comment) {
    guard problem.pinConflicts.isEmpty else {
      #expect(best == nil, comment)
      return
    }
    let placed = try? ScheduleSolver().fastest(problem)
    guard let placed, let best else {
      // Whatever fits by its bytes may still have no addresses.
      #expect(placed == nil, comment)
      return
    }
    #expect(problem.schedulePins.allows(placed.scheduled.schedule), comment)
    #expect(placed.bound <= best && best <= placed.scheduled.cycles, comment)
    #expect(!placed.isOptimal || placed.scheduled.cycles == best, comment)
  }

  @Test(arguments: Array(UInt64(0)..<30), [MemoryLevel.l2, .l3])
  func `a tensor lives where it is pinned`(seed: UInt64, level: MemoryLevel) throws {
    let tensor = Int(seed % 4)
    let problem = try Self.problem(seed, Pins(tensors: [Self.pin("t\(tensor)", level)]))
    var free = try Self.problem(seed, Pins())
    for (step, layer) in free.workload.layers.enumerated() {
      free.choices[step].removeAll { choice in
        let levels = zip(layer.inputs.map(\.tensor) + [layer.output], choice.inputsInL3 + [choice.outputInL3])
        return levels.contains { $0 == tensor && $1 == (level == .l2) }
      }
    }
    expect(problem, best: ExhaustiveSchedule(free).best, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(40)..<80), 0...2)
  func `constants are in l2 from the step on to which they are pinned`(seed: UInt64, first: Int) throws {
    let problem = try Self.problem(seed, Pins(tensors: [Self.pin("layer_2.weights", .l2, first...2)]))
    let required = first == 0 && problem.mayPin ? -1 : 2 - first
    let best = ExhaustiveSchedule(try Self.problem(seed, Pins()), requiredWeights: [2: required]).best
    expect(problem, best: best, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(100)..<130), [false, true])
  func `a tensor is absent from l2 in the gap that its pins leave, and only there`(seed: UInt64, isAbsent: Bool) throws
  {
    // Tensor 2 is written in step 1 and read in steps 2 and 5: it may leave in step 4.
    var random = SplitMix64(seed: seed)
    let layers = [[0], [1], [2], [3], [4], [5, 2]]
    let network = SyntheticProblem.network(layers: layers, bursts: [1, 2, 2, 1, 2, 1, 1], outputs: [6])
    let timing = try SyntheticProblem.timing()
    let pins = isAbsent ? [Self.pin("t2", .l2, 1...3), Self.pin("t2", .l2, 5...5)] : [Self.pin("t2", .l2, 1...5)]
    let problem = PlanningProblem(
      workload: Workload(network),
      choices: layers.map { SyntheticProblem.choices(inputs: $0.count, random: &random) },
      l2Bytes: 20 * SyntheticProblem.burstBytes, read: timing, write: timing, mayPin: true, pins: Pins(tensors: pins))
    #expect(problem.pinConflicts.isEmpty)
    let scheduled = try ScheduleSolver().fastest(problem).scheduled
    let lifetime = try #require(problem.lifetimes[2])
    #expect(scheduled.residentRuns(of: lifetime) == (isAbsent ? [1...3, 5...5] : [1...5]), "seed \(seed)")
  }

  @Test func `buffers lie at the offsets to which they are pinned`() throws {
    var pins = Pins(tensors: [Self.pin("t1", .l2), Self.pin("t2", .l2)])
    pins.tensors[0].offset = 1_024
    pins.tensors[1].offset = 3_072
    let problem = try Self.problem(6, pins)
    #expect(problem.pinConflicts.isEmpty)
    let placement = try ScheduleSolver().fastest(problem).placement
    #expect(placement.offset(of: .tensor(1, firstStep: 0)) == 1_024)
    #expect(placement.offset(of: .tensor(2, firstStep: 1)) == 3_072)
  }

  /// Tensor 2 is written in step 1 and read in steps 2 and 5: it may leave L2 between them.
  private static let skip = [[0], [1], [2], [3], [4], [2, 5]]

  @Test func `a tensor that comes back may be pinned to bytes that overlap its first ones`() throws {
    var pins = [Self.pin("t2", .l2, at: 4_096), Self.pin("t2", .l2, at: 4_104)]
    pins[0].firstStep = 1
    pins[1].firstStep = 5
    let problem = try Self.roomy(Self.skip, pins)
    #expect(problem.pinConflicts.map(\.message) == [])
    let placed = try ScheduleSolver().fastest(problem)
    #expect(placed.placement.offset(of: .tensor(2, firstStep: 1)) == 4_096)
    #expect(placed.placement.offset(of: .tensor(2, firstStep: 5)) == 4_104)
    #expect(placed.pinnedOverlaps.map(\.message) == [])
  }

  @Test func `pins with steps that overlap are refused before the search`() throws {
    let pins = [
      Self.pin("t2", .l2, 1...3, at: 4_096), Self.pin("t2", .l2, 5...5), Self.pin("t4", .l2, 3...4, at: 4_100),
    ]
    let conflicts = try Self.roomy(Self.skip, pins).pinConflicts
    #expect(conflicts.map(\.code) == ["DG0521"])
  }

  @Test(arguments: [(0, 8_192, 0), (0, 8_192, 8_192), (8_192, 0, 16_384)])
  func `an output is where it is pinned, over its input or apart from it`(first: Int, last: Int, output: Int) throws {
    let pins = [
      Self.pin("t2", .l2, 1...3, at: first), Self.pin("t2", .l2, 5...5, at: last), Self.pin("t6", .l2, at: output),
    ]
    let problem = try Self.roomy(Self.skip, additions: [5], pins)
    #expect(problem.pinConflicts.map(\.message) == [])
    let placed = try ScheduleSolver().fastest(problem)
    #expect(placed.placement.offset(of: .tensor(2, firstStep: 1)) == first)
    #expect(placed.placement.offset(of: .tensor(2, firstStep: 5)) == last)
    #expect(placed.placement.offset(of: .tensor(6, firstStep: 5)) == output)
    #expect(placed.pinnedOverlaps.map(\.message) == [])
  }

  @Test func `the pins of both ends of a chain of layers that overwrite are kept`() throws {
    let pins = [Self.pin("t1", .l2, at: 0), Self.pin("t3", .l2, at: 8_192)]
    let problem = try Self.roomy([[0], [1], [2], [3]], additions: [1, 2], pins)
    #expect(problem.pinConflicts.map(\.message) == [])
    let placed = try ScheduleSolver().fastest(problem)
    #expect(placed.placement.offset(of: .tensor(1, firstStep: 0)) == 0)
    #expect(placed.placement.offset(of: .tensor(3, firstStep: 2)) == 8_192)
    #expect(placed.pinnedOverlaps.map(\.message) == [])
  }

  @Test(arguments: [
    (TensorPin(name: "t1", level: .flash), "'t1' is pinned to flash, where only constants are"),
    (pin("t1", .l2, 0...2), "'t1' is pinned to l2 from step 0 to 2, but lives from step 0 to 1"),
    (pin("t1", .l2, 1...1), "'t1' is pinned so that l2 lacks it in step 0, but a layer uses it there"),
    (
      pin("layer_1.weights", .l2, 0...2),
      "'layer_1.weights' is pinned to l2 from step 0 to 2, but its layer runs in step 1"
    ),
  ])
  func `a pin that cannot be is refused with the reason`(pin: TensorPin, message: String) throws {
    let conflicts = try Self.problem(1, Pins(tensors: [pin])).pinConflicts
    #expect(conflicts.map(\.code).first == "DG0521")
    #expect(conflicts.map(\.message).first == message)
  }

  @Test func `pinned places that overlap are refused with both`() throws {
    var pins = Pins(tensors: [Self.pin("t1", .l2), Self.pin("t2", .l2)])
    pins.tensors[0].offset = 0
    pins.tensors[1].offset = 256
    let conflicts = try Self.problem(6, pins).pinConflicts
    #expect(conflicts.count == 1 && conflicts[0].code == "DG0521")
    #expect(conflicts[0].message.hasPrefix("'t1' is pinned to bytes 0 to "))
  }
}
