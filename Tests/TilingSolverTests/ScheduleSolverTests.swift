import NetworkIR
import Testing

@testable import TilingSolver

struct ScheduleSolverTests {
  @Test(arguments: Array(UInt64(0)..<60))
  func `the model finds what exhaustive search finds on chains`(seed: UInt64) throws {
    let capacity = 4 + Int(seed % 9)
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: false, capacityBursts: capacity, mayPin: seed % 2 == 0)
    expectEqualsExhaustiveSearch(problem, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(100)..<130))
  func `the model finds what exhaustive search finds where a skip connection can be paged`(seed: UInt64) throws {
    let capacity = 5 + Int(seed % 7)
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: true, capacityBursts: capacity, mayPin: seed % 3 == 0)
    expectEqualsExhaustiveSearch(problem, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(400)..<440))
  func `the model finds what exhaustive search finds where outputs take the place of inputs`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: seed % 4 > 1, capacityBursts: 3 + Int(seed % 8), mayPin: seed % 3 == 0, isElementwise: true)
    expectEqualsExhaustiveSearch(problem, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(500)..<560))
  func `the model finds what exhaustive search finds where streamed constants may have heads`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: false, capacityBursts: 4 + Int(seed % 8), mayPin: seed % 3 == 0, hasHeads: true)
    expectEqualsExhaustiveSearch(problem, "seed \(seed)")
  }

  @Test(arguments: Array(UInt64(200)..<320))
  func `no schedule is below the bound, and one called optimal is the best`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: seed % 2 == 0, capacityBursts: 4 + Int(seed / 2 % 9), mayPin: seed % 3 != 0,
      hasHeads: seed % 5 == 0)
    let expected = ExhaustiveSchedule(problem).best
    guard let placed = try? ScheduleSolver().fastest(problem) else { return }
    let best = try #require(expected, "seed \(seed)")
    #expect(placed.bound <= best && best <= placed.scheduled.cycles, "seed \(seed)")
    #expect(!placed.isOptimal || placed.scheduled.cycles == best, "seed \(seed)")
  }

  private func expectEqualsExhaustiveSearch(_ problem: PlanningProblem, _ comment: Comment) {
    let expected = ExhaustiveSchedule(problem).best
    let model = ScheduleModel(problem, goal: .cycles)
    do {
      let point = try model.program.solved(nodeLimit: 10_000)
      let scheduled = ScheduledNetwork(problem: problem, schedule: model.schedule(at: point))
      #expect(point.isOptimal)
      #expect(scheduled.worstExcess == nil, comment)
      #expect(scheduled.cycles == expected, comment)
      #expect(Int((point.objective * ScheduleModel.cyclesPerUnit).rounded()) == expected, comment)
    } catch {
      #expect(error == .infeasible, comment)
      #expect(expected == nil, comment)
    }
  }
}
