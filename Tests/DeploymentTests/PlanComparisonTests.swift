import Foundation
import GraphImport
import NetworkIR
import Testing

@testable import Deployment

struct PlanComparisonTests {
  private static func plan(l2Bytes: Int? = nil, cores: Int? = nil) throws -> DeploymentPlan {
    let file = try ModelFile(path: PlanDocumentTests.digits)
    var options = PlanningOptions()
    options.l2Bytes = l2Bytes
    options.cores = cores
    return try Pipeline.plan(try file.load().network, file: file, options: options)
  }

  @Test func `equal plans differ in nothing`() throws {
    let plan = try Self.plan()
    let comparison = PlanComparison(plan, try Self.plan())
    #expect(comparison.isEmpty)
    #expect(comparison.lines == [])
    var unsealed = plan
    unsealed.digest = ""
    #expect(PlanComparison(plan, unsealed).isEmpty, "a digest is no content")
  }

  @Test func `whatever number or text of a plan is changed, one thing differs, and it is shown`() throws {
    let plan = try Self.plan()
    let text = String(decoding: try PlanDocument.encode(plan), as: UTF8.self)
    let numbers = text.matches(of: /(?m)^(\s*(?:"\w+" : )?)(\d+)(?=,?$)/)
    #expect(numbers.count > 500)
    for (index, number) in numbers.enumerated() where index % 61 == 0 {
      let value = try #require(Int(number.output.2))
      let changed = text.replacingCharacters(in: number.range, with: "\(number.output.1)\(value + 1)")
      let other = try JSONDecoder().decode(DeploymentPlan.self, from: Data(changed.utf8))
      let comparison = PlanComparison(plan, other)
      #expect(comparison.changes.count == 1, "\(number.output.0): \(comparison.lines)")
      #expect(comparison.lines.count == 2)
    }
  }

  @Test func `less L2 shows in the target, the totals, the layers and the tensors`() throws {
    let comparison = PlanComparison(try Self.plan(), try Self.plan(l2Bytes: 104_448))
    let subjects = comparison.changes.map(\.subject)
    for subject in [PlanComparison.Change.Subject.target, .totals, .layer, .tensor] {
      #expect(subjects.contains(subject), "\(comparison.lines)")
    }
    let target = comparison.changes.filter { $0.subject == .target }
    #expect(target.map(\.what) == ["l2.bytes"], "what is said twice is shown once")
    #expect(comparison.lines.contains("  l2.bytes: 524288 -> 104448 (-80.1 %)"))
  }

  @Test(arguments: [
    (7, 5, "+40.0 %", "2 (40.0 %) more"), (-5, -10, "+50.0 %", "5 (50.0 %) more"), (5, 5, "+0.0 %", "as many"),
    (Int.max, Int.min, "+200.0 %", "18446744073709551615 (200.0 %) more"),
    (Int.min, Int.max, "-200.0 %", "18446744073709551615 (200.0 %) less"),
    (Int.min, 0, "-0.0 %", "9223372036854775808 (0.0 %) less"),
    (Int.max, 1, "+9.223372036854776e+20 %", "9223372036854775806 (9.223372036854776e+20 %) more"),
  ])
  func `the change between any two numbers can be printed`(
    value: Int, base: Int, change: String, difference: String
  ) {
    #expect(Figures.change(value, from: base) == change)
    #expect(Figures.difference(value, from: base) == difference)
  }

  @Test(arguments: [
    (1.254, "1.25"), (0.05, "0.05"), (-1.5, "-1.50"), (1e20, "1e+20"), (Double.infinity, "inf"),
    (-Double.infinity, "-inf"), (Double.nan, "nan"),
  ])
  func `any ratio can be printed`(value: Double, text: String) {
    #expect(Figures.ratio(value) == text)
  }

  @Test func `a number that is as large as can be differs without harm`() throws {
    let plan = try Self.plan()
    var (least, greatest) = (plan, plan)
    least.totals.macs = Int.min
    greatest.totals.macs = Int.max
    #expect(
      PlanComparison(least, greatest).lines == [
        "totals", "  macs: -9223372036854775808 -> 9223372036854775807 (+200.0 %)",
      ])
  }

  @Test func `a layer, a budget or a tensor that is there twice differs from one that is there once`() throws {
    let plan = try Self.plan()
    var twice = plan
    twice.layers.append(plan.layers[3])
    twice.budgets.append(plan.budgets[0])
    twice.tensors.append(plan.tensors[0])
    let comparison = PlanComparison(plan, twice)
    for title in ["layer \(plan.layers[3].name) (2)", "budget l1 (2)", "tensor \(plan.tensors[0].name)"] {
      #expect(comparison.lines.contains(title), "\(comparison.lines)")
    }
    #expect(Set(comparison.changes.map(\.subject)) == [.layer, .budget, .tensor])
    #expect(!PlanComparison(twice, plan).isEmpty)
  }

  @Test func `an item of a budget is shown under its name`() throws {
    let plan = try Self.plan()
    var other = plan
    other.budgets[1].items[2].bytes = 0
    let item = plan.budgets[1].items[2]
    #expect(item.name == "sdk" && item.bytes > 0)
    #expect(
      PlanComparison(plan, other).lines == ["budget l2", "  sdk bytes: \(item.bytes) -> 0 (-100.0 %)"])
    other.budgets[1].items[2].name = "kit"
    #expect(
      PlanComparison(plan, other).lines == [
        "budget l2", "  sdk bytes: only in the first, \(item.bytes)", "  kit bytes: only in the second, 0",
      ])
    other = plan
    other.budgets[1].items.swapAt(0, 1)
    #expect(
      PlanComparison(plan, other).lines == [
        "budget l2", "  order of the items: code before tables -> tables before code",
      ])
  }

  @Test func `each heading is there once`() throws {
    let plan = try Self.plan()
    var other = try Self.plan(l2Bytes: 104_448)
    other.model.name = "another"
    other.layers.swapAt(1, 2)
    other.initialTransfers = []
    let lines = PlanComparison(plan, other).lines
    let headings = lines.filter { !$0.hasPrefix(" ") }
    #expect(headings[0] == "plan" && Set(headings).count == headings.count, "\(headings)")
  }

  @Test func `the second layer of a name is compared with the second`() throws {
    var plan = try Self.plan()
    plan.layers.append(plan.layers[3])
    var other = plan
    other.layers[other.layers.count - 1].cycles.total += 1
    let name = "\(plan.layers[3].name) (2)"
    #expect(PlanComparison(plan, other).changes.map(\.name) == [name])
  }

  @Test func `the same things in another order differ`() throws {
    let plan = try Self.plan()
    var other = plan
    other.layers.swapAt(1, 2)
    let (first, second) = (plan.layers[1].name, plan.layers[2].name)
    #expect(
      PlanComparison(plan, other).lines == [
        "plan", "  order of the layers: \(first) before \(second) -> \(second) before \(first)",
      ])
    other = plan
    other.tensors.reverse()
    other.budgets.reverse()
    #expect(PlanComparison(plan, other).changes.contains { $0.what == "order of the tensors" })
    #expect(PlanComparison(plan, other).changes.contains { $0.what == "order of the budgets" })
  }

  @Test func `a target that contradicts itself differs, even beside other figures`() throws {
    let plan = try Self.plan()
    var other = plan
    other.target.figures.cores += 1
    other.target.l1Bytes += 4
    #expect(PlanComparison(plan, other).changes.map(\.what) == ["cores", "l1Bytes"])
  }

  @Test func `a layer that one plan alone has is named once`() throws {
    let plan = try Self.plan()
    var shorter = plan
    let removed = shorter.layers.removeLast()
    let changes = PlanComparison(plan, shorter).changes.filter { $0.name == removed.name }
    #expect(
      changes == [
        PlanComparison.Change(
          subject: .layer, name: removed.name, what: "layer", before: .text(removed.op), after: nil)
      ])
  }
}
