import NetworkIR
import Testing

@testable import TilingSolver

struct MILPSolverTests {
  @Test(arguments: Array(UInt64(0)..<40))
  func `a knapsack is filled as exhaustive search fills it`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let weights = (0..<10).map { _ in Int.random(in: 1...30, using: &random) }
    let values = (0..<10).map { _ in Int.random(in: 1...30, using: &random) }
    var model = MILPModel()
    let columns = values.map { model.addBinary(cost: -Double($0)) }
    model.require(zip(weights, columns).map { MILPModel.Term(Double($0), $1) }, atMost: 60)
    let best = (0..<1024).filter { Self.sum(weights, of: $0) <= 60 }.map { Self.sum(values, of: $0) }.max()
    let solution = try model.solved(nodeLimit: 10_000)
    #expect(solution.isOptimal && Int(-solution.objective.rounded()) == best, "seed \(seed)")
    #expect(solution.bound <= solution.objective, "seed \(seed)")
  }

  @Test func `rows that contradict each other are infeasible`() {
    var model = MILPModel()
    let column = model.addBinary()
    model.require([.init(1, column)], atLeast: 0.4)
    model.require([.init(1, column)], atMost: 0.6)
    #expect(throws: MILPError.infeasible) { try model.solved(nodeLimit: 100) }
  }

  @Test func `a column named twice in a row counts twice`() throws {
    var model = MILPModel()
    let column = model.addContinuous(cost: 1)
    model.require([.init(1, column), .init(1, column)], atLeast: 3)
    #expect(try model.solved(nodeLimit: 100).values == [1.5])
  }

  private static func sum(_ numbers: [Int], of mask: Int) -> Int {
    numbers.indices.reduce(0) { mask >> $1 & 1 == 1 ? $0 + numbers[$1] : $0 }
  }
}
