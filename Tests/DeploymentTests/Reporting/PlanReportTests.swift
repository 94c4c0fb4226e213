import Foundation
import GraphImport
import NetworkIR
import PlanVerification
import Testing

@testable import Deployment

/// The page, read as a browser would: elements that hold text are cut out by their tags, and what they hold is parsed.
struct PlanReportTests {
  /// Text of the first element that begins so.
  static func element(_ start: String, end: String, in page: String) throws -> String {
    let from = try #require(page.range(of: start))
    let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
    return String(page[from.upperBound..<to.lowerBound])
  }

  static func page(_ plan: DeploymentPlan, isChanged: Bool = false) throws -> String {
    String(decoding: try PlanReport(plan, path: "plan.json", isChanged: isChanged).page(), as: UTF8.self)
  }

  /// What the page's scripts read.
  static func data(_ page: String) throws -> [String: Any] {
    let text = try element("<script type=\"application/json\" id=\"data\">", end: "</script>", in: page)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  static func plan(l1Bytes: Int? = nil, l2Bytes: Int? = nil) throws -> DeploymentPlan {
    let file = try ModelFile(path: PlanDocumentTests.digits)
    var options = PlanningOptions()
    (options.l1Bytes, options.l2Bytes) = (l1Bytes, l2Bytes)
    return try Pipeline.plan(try file.load().network, file: file, options: options)
  }

  @Test func `the page carries the plan as it is`() throws {
    let plan = try Self.plan(l1Bytes: 18_432, l2Bytes: 131_072)
    let data = try Self.data(try Self.page(plan))
    let carried = try JSONSerialization.data(withJSONObject: try #require(data["plan"]))
    #expect(try JSONDecoder().decode(DeploymentPlan.self, from: carried) == plan)
    #expect(data["isChanged"] as? Bool == false)
    #expect(try Self.data(try Self.page(plan, isChanged: true))["isChanged"] as? Bool == true)
  }

  @Test func `the parts of the time that are drawn add up to the plan's cycles`() throws {
    let plan = try Self.plan(l1Bytes: 18_432, l2Bytes: 131_072)
    let data = try Self.data(try Self.page(plan))
    let explanation = try #require(data["explanation"] as? [String: Any])
    let layers = try #require(explanation["layers"] as? [[String: Any]])
    var sum = 0
    for (layer, planned) in zip(layers, plan.layers) {
      let parts = try #require(layer["parts"] as? [String: Int])
      #expect(Set(parts.keys) == ["compute", "dma", "l3", "overhead"])
      #expect(parts.values.reduce(0, +) == planned.cycles.total, "\(planned.name)")
      sum += parts.values.reduce(0, +)
    }
    #expect(sum == plan.totals.predictedCycles)
    let sentences = try #require(data["sentences"] as? [[String]])
    #expect(sentences.count == plan.layers.count && sentences.allSatisfy { $0.count >= 3 })
  }

  @Test func `every part has its place, elements end, and each name that is referred to is there once`() throws {
    let page = try Self.page(try Self.plan())
    let body = page.replacing(/(<style>|<script[^>]*>)[\s\S]*?(<\/style>|<\/script>)/, with: "")
    let ids = body.matches(of: /\sid="([\w-]+)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    for reference in body.matches(of: /(?:aria-labelledby|href)="#?([\w-]+)"/).map({ String($0.output.1) }) {
      #expect(ids.contains(reference), "\(reference)")
    }
    #expect(body.matches(of: /<h1>/).count == 1)
    let sections = body.matches(of: /<section id="(\w+)"/).map { String($0.output.1) }
    #expect(sections == ["summary", "time", "layers", "layer", "traffic", "certificate"])
    let empty: Set = ["meta"]
    var open: [String] = []
    for tag in body.matches(of: /<(\/?)(\w+)/) where !empty.contains(String(tag.output.2)) {
      if tag.output.1.isEmpty {
        open.append(String(tag.output.2))
      } else {
        #expect(open.popLast() == String(tag.output.2))
      }
    }
    #expect(open == [])
  }

  @Test func `the page loads nothing and runs its own scripts alone`() throws {
    let page = try Self.page(try Self.plan())
    let policy = try Self.element("Content-Security-Policy\" content=\"", end: "\"", in: page)
    #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
    #expect(!policy.contains("unsafe"))
    let markup = page.replacing(/<script[^>]*>[\s\S]*?<\/script>/, with: "")
    #expect(markup.firstMatch(of: /\ssrc=|<link|@import|url\(|<img|<iframe/) == nil)
    #expect(markup.firstMatch(of: /\son\w+=/) == nil)
    let script = try Self.element("<script type=\"module\">", end: "</script>", in: page)
    for word in ["fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "document.write", "localStorage"] {
      #expect(!script.contains(word), "\(word)")
    }
    #expect(!page.contains("{{") && !page.contains("}}</"))
  }

  static let hostile = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"quoted\" & 'single' <b>", "a]]>-->b",
    "{{title}}", "\u{1B}[2J\u{7}\u{202E}reversed\u{2066}\u{0}", "line\u{2028}separator\nand end", "\\u003c/script>",
    String(repeating: "very_long_", count: 400), "名前🦆", "",
  ]

  @Test(arguments: hostile)
  func `no name of a file ends an element or commands the page`(name: String) throws {
    let plan = Self.renamed(try Self.plan(), name)
    #expect(PlanVerifier.violations(in: plan) == [])
    let page = try Self.page(plan)
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(!page.contains("<img") && !page.contains("alert(1)</script><script"))
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    let head = try Self.element("<title>", end: "</title>", in: page)
    #expect(!head.contains("<") && !head.contains("\u{202E}"))
    let carried = try #require(try Self.data(page)["plan"] as? [String: Any])
    let layers = try #require(carried["layers"] as? [[String: Any]])
    #expect(layers.compactMap { $0["name"] as? String } == plan.layers.map(\.name))
    let tensors = try #require(carried["tensors"] as? [[String: Any]])
    #expect(tensors.compactMap { $0["name"] as? String } == plan.tensors.map(\.name))
  }

  @Test func `equal plans give equal pages`() throws {
    let plan = try Self.plan()
    #expect(try Self.page(plan) == Self.page(plan))
  }

  @Test func `a page of a thousand layers is bounded in size and time`() throws {
    let plan = try Self.chain(1_200)
    #expect(PlanVerifier.violations(in: plan) == [])
    let start = ContinuousClock.now
    let page = try Self.page(plan)
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(page.utf8.count < 1_200 * 6_000)
    let carried = try #require(try Self.data(page)["plan"] as? [String: Any])
    #expect((carried["layers"] as? [Any])?.count == 1_200)
  }

  /// The plan with `name` before the names of its model, of each layer, and of each tensor.
  static func renamed(_ plan: DeploymentPlan, _ name: String) -> DeploymentPlan {
    var plan = plan
    plan.model.name = name + plan.model.name
    for index in plan.tensors.indices { plan.tensors[index].name = name + plan.tensors[index].name }
    for index in plan.initialTransfers.indices {
      plan.initialTransfers[index].tensor = name + plan.initialTransfers[index].tensor
    }
    for index in plan.layers.indices {
      plan.layers[index].name = name + plan.layers[index].name
      plan.layers[index].output.tensor = name + plan.layers[index].output.tensor
      for input in plan.layers[index].inputs.indices {
        plan.layers[index].inputs[input].tensor = name + plan.layers[index].inputs[input].tensor
      }
      if let tensor = plan.layers[index].constants?.tensor { plan.layers[index].constants?.tensor = name + tensor }
      for copy in plan.layers[index].transfers.l3.indices {
        plan.layers[index].transfers.l3[copy].tensor = name + plan.layers[index].transfers.l3[copy].tensor
      }
    }
    return plan
  }

  /// A plan for a chain of small layers, each the maximum of a tensor and itself, written in place: that of three such
  /// layers, with the one in the middle many times.
  static func chain(_ count: Int) throws -> DeploymentPlan {
    var plan = try shortChain()
    let (layers, tensors) = (plan.layers, plan.tensors)
    plan.layers = (0..<count).map { step in
      var layer = layers[step == 0 ? 0 : step == count - 1 ? 2 : 1]
      (layer.name, layer.step) = ("max_\(step)", step)
      for index in layer.inputs.indices { layer.inputs[index].tensor = "tensor \(step)" }
      layer.output.tensor = "tensor \(step + 1)"
      return layer
    }
    plan.tensors = try (0...count).map { index in
      var tensor = try #require(tensors.first { $0.name == "tensor \(index == 0 ? 0 : index == count ? 3 : 1)" })
      tensor.name = "tensor \(index)"
      (tensor.firstStep, tensor.lastStep) = (max(index - 1, 0), min(index, count - 1))
      tensor.offset = tensors[0].offset
      return tensor
    }
    plan.totals.l2PeakBytes = tensors[0].offset + tensors[0].bytes
    plan.totals.predictedCycles = plan.layers.reduce(0) { $0 + $1.cycles.total }
    plan.totals.l2l1ReadBytes = plan.layers.reduce(0) { $0 + $1.transfers.l2l1ReadBytes }
    plan.totals.l2l1WriteBytes = plan.layers.reduce(0) { $0 + $1.transfers.l2l1WriteBytes }
    plan.totals.dmaCommands = plan.layers.reduce(0) { $0 + $1.transfers.dmaCommands }
    (plan.solver.predictedCycles, plan.solver.bound) = (plan.totals.predictedCycles, plan.totals.predictedCycles)
    return plan
  }

  private static func shortChain() throws -> DeploymentPlan {
    let shape = Shape(height: 4, width: 4, channels: 8)
    let tensors = (0...3).map { index in
      Tensor(
        name: "tensor \(index)", shape: shape, type: .int8, values: -128...127,
        origin: TensorOrigin(dimensions: [1, 4, 4, 8], axes: [.batch, .height, .width, .channel]))
    }
    let layers = (0..<3).map { index in
      let operand = Operand(tensor: index, shape: shape)
      return Layer(
        name: "max_\(index)", source: "", operation: .extremum(Extremum(kind: .maximum, clamp: -128...127)),
        inputs: [operand, operand], output: index + 1)
    }
    let network = Network(
      name: "chain", tensors: tensors, layers: layers, inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 3)])
    return try Pipeline.plan(network, file: try ModelFile(path: PlanDocumentTests.digits), options: PlanningOptions())
  }
}
