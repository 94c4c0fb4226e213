import Foundation
import NetworkIR
import PlanVerification
import Testing

@testable import Deployment

/// The page of two plans, read as `PlanReportTests` reads that of one.
struct ComparisonReportTests {
  private static func page(
    _ before: DeploymentPlan, _ after: DeploymentPlan, areChanged: (Bool, Bool) = (false, false)
  ) throws -> String {
    let report = try ComparisonReport(
      .init(before, path: "a.json", isChanged: areChanged.0), .init(after, path: "b.json", isChanged: areChanged.1))
    return String(decoding: try report.page(), as: UTF8.self)
  }

  private static func side(_ words: String, _ page: String) throws -> [String: Any] {
    try #require(try PlanReportTests.data(page)[words] as? [String: Any])
  }

  @Test func `the page carries both plans, and the time of every layer taken apart`() throws {
    let (before, after) = (try PlanReportTests.plan(), try PlanReportTests.plan(l1Bytes: 18_432, l2Bytes: 131_072))
    let page = try Self.page(before, after, areChanged: (false, true))
    for (words, plan) in [("before", before), ("after", after)] {
      let side = try Self.side(words, page)
      let carried = try JSONSerialization.data(withJSONObject: try #require(side["plan"]))
      #expect(try JSONDecoder().decode(DeploymentPlan.self, from: carried) == plan)
      #expect(side["isChanged"] as? Bool == (words == "after"))
      let times = try #require(side["times"] as? [[String: Any]])
      let sums = times.map { ($0["parts"] as? [String: Int])?.values.reduce(0, +) }
      #expect(sums == plan.layers.map(\.cycles.total))
      #expect(times.allSatisfy { ["compute", "dma", "l3", "overhead"].contains($0["limit"] as? String) })
    }
    let changes = try #require(try PlanReportTests.data(page)["changes"] as? [Any])
    #expect(changes.count == PlanComparison(before, after).changes.count && changes.count > 10)
  }

  @Test func `layers stand beside those of their name, and alone where there is none`() throws {
    let plan = try PlanReportTests.chain(4)
    var other = try PlanReportTests.chain(5)
    other.layers[1].name = "extra"
    #expect(PlanVerifier.violations(in: other) == [])
    let data = try PlanReportTests.data(try Self.page(plan, other))
    let layers = try #require(data["layers"] as? [[String: Any]])
    let pairs = layers.map { layer in
      "\(layer["name"] ?? ""): \((layer["steps"] as? [Any?] ?? []).map { ($0 as? Int).map(String.init) ?? "-" })"
    }
    #expect(
      pairs == [
        #"max_0: ["0", "0"]"#, #"max_1: ["1", "-"]"#, #"max_2: ["2", "2"]"#, #"max_3: ["3", "3"]"#,
        #"extra: ["-", "1"]"#, #"max_4: ["-", "4"]"#,
      ])
  }

  @Test func `equal plans say so, and give equal pages`() throws {
    let plan = try PlanReportTests.plan()
    let page = try Self.page(plan, plan)
    #expect((try PlanReportTests.data(page)["changes"] as? [Any])?.isEmpty == true)
    #expect(try PlanReportTests.element("<pre>", end: "</pre>", in: page) == "The plans say the same.")
    #expect(try Self.page(plan, plan) == page)
  }

  @Test func `every part has its place, and the page loads nothing`() throws {
    let (before, after) = (try PlanReportTests.plan(), try PlanReportTests.plan(l2Bytes: 131_072))
    let page = try Self.page(before, after)
    let sections = page.matches(of: /<section id="(\w+)" aria-labelledby="(\w+)-title">/)
    #expect(sections.map { String($0.output.1) } == ["summary", "time", "memory", "layers", "changes"])
    #expect(sections.allSatisfy { $0.output.1 == $0.output.2 })
    let policy = try PlanReportTests.element("Content-Security-Policy\" content=\"", end: "\"", in: page)
    #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"))
    let script = try PlanReportTests.element("<script type=\"module\">", end: "</script>", in: page)
    for word in ["fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "document.write", "localStorage"] {
      #expect(!script.contains(word), "\(word)")
    }
    #expect(!page.contains("{{"))
    // In words for readers without scripts.
    let words = try PlanReportTests.element("<pre>", end: "</pre>", in: page)
    #expect(words.contains("l2.bytes: 524288 -&gt; 131072 (-75.0 %)"))
  }

  @Test(arguments: PlanReportTests.hostile)
  func `no name of a file ends an element or commands the page`(name: String) throws {
    let plan = try PlanReportTests.plan()
    let renamed = PlanReportTests.renamed(plan, name)
    let page = try Self.page(plan, renamed)
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(!page.contains("<img") && !page.contains("alert(1)</script><script"))
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    let carried = try #require(try Self.side("after", page)["plan"] as? [String: Any])
    let layers = try #require(carried["layers"] as? [[String: Any]])
    #expect(layers.compactMap { $0["name"] as? String } == renamed.layers.map(\.name))
  }

  @Test func `a plan that can't run is refused with the file that it is in`() throws {
    let plan = try PlanReportTests.plan()
    var wrong = plan
    wrong.layers[0].tile.height += 1
    let refusal = #expect(throws: Refusal.self) { try Self.page(plan, wrong) }
    #expect(refusal?.diagnostics.isEmpty == false)
    #expect(refusal?.diagnostics.allSatisfy { $0.code == "DG0044" && $0.file == "b.json" } ?? false)
  }
}
