import Foundation
import GraphImport
import NetworkIR
import Testing
import TilingSolver

@testable import Deployment

struct PinFileTests {
  private static let example = Result { try ModelFile(path: PlanDocumentTests.digits).load().network }

  private static func network() throws -> Network { try example.get() }

  private static func read(_ text: String) throws -> Pins {
    try PinFile(Array(text.utf8), path: "pins.json", workload: Workload(try network())).pins
  }

  /// Plans the project's example with pins.
  private static func plan(pins: String?, l2Bytes: Int? = nil) throws -> DeploymentPlan {
    try OutputFolderTests.scratch { folder in
      let file = try ModelFile(path: PlanDocumentTests.digits)
      var options = PlanningOptions()
      options.l2Bytes = l2Bytes
      if let pins {
        options.pinPath = folder + "/pins.json"
        try Data(pins.utf8).write(to: URL(fileURLWithPath: folder + "/pins.json"))
      }
      return try Pipeline.plan(try network(), file: file, options: options)
    }
  }

  @Test func `every key of a real plan is a key that pins may have`() throws {
    let plan = try Self.plan(pins: nil, l2Bytes: 104_448)
    let pins = try Self.read(String(decoding: try PlanDocument.encode(plan), as: UTF8.self))
    #expect(pins.layers.map(\.name) == plan.layers.map(\.name))
    #expect(pins.tensors.count == plan.tensors.count)
    #expect(pins.unkept(in: plan) == [])
  }

  @Test(arguments: [nil, 104_448])
  func `a whole plan as pins gives the same layers and tensors`(l2Bytes: Int?) throws {
    let plan = try Self.plan(pins: nil, l2Bytes: l2Bytes)
    let text = String(decoding: try PlanDocument.encode(plan), as: UTF8.self)
    let again = try Self.plan(pins: text, l2Bytes: l2Bytes)
    #expect(again.layers == plan.layers)
    #expect(again.tensors == plan.tensors)
  }

  @Test func `each decision of each layer can be pinned and is kept`() throws {
    let plan = try Self.plan(pins: nil)
    var tried = 0
    for layer in plan.layers where layer.tile.height > 1 {
      let half = layer.tile.height / 2
      // Kernels that share a tile by themselves have no other split.
      let split = layer.split == .grid ? "grid" : "rows"
      for pin in [
        #""tile": {"height": \#(half)}"#, #""split": "\#(split)""#,
        #""tile": {"width": \#(max(1, layer.tile.width / 2))}"#,
        #""loopOrder": "\#(layer.loopOrder.rawValue)""#, #""mode": "full""#,
        #""buffers": [{"operand": "input0", "level": "l1", "count": 1}]"#,
      ] {
        // The plan has the pin, or planning would have refused it.
        let pinned = try Self.plan(pins: #"{"layers": [{"name": "\#(layer.name)", \#(pin)}]}"#)
        #expect(pinned.layers.map(\.name) == plan.layers.map(\.name), "\(layer.name): \(pin)")
        tried += 1
      }
    }
    #expect(tried > 10)
  }

  @Test(arguments: [
    #""level": "l3""#, #""level": "l2", "offset": 100000"#, #""level": "l2", "firstStep": 0, "lastStep": 1"#,
  ])
  func `the place of an activation is kept`(pin: String) throws {
    let plan = try Self.plan(pins: #"{"tensors": [{"name": "conv_1", \#(pin)}]}"#)
    let entries = plan.tensors.filter { $0.name == "conv_1" }
    #expect(entries.count == 1)
    #expect(entries[0].level == (pin.contains("l3") ? .l3 : .l2))
    if pin.contains("offset") { #expect(entries[0].offset == 100_000) }
  }

  @Test(arguments: [0, 3, 5], [nil, 104_448])
  func `constants are in L2 from the step that is pinned`(first: Int, l2Bytes: Int?) throws {
    let last = first == 0 ? 10 : 5
    let pin = #"{"name": "conv_05.weights", "level": "l2", "firstStep": \#(first), "lastStep": \#(last)}"#
    guard let plan = try? Self.plan(pins: #"{"tensors": [\#(pin)]}"#, l2Bytes: l2Bytes) else {
      #expect(l2Bytes != nil, "there is room for all")
      return
    }
    let entry = plan.tensors.first { $0.name == "conv_05.weights" && $0.level == .l2 }
    #expect(entry?.firstStep == first && entry?.lastStep == last)
  }

  @Test(arguments: [
    (#"{"tensors": [{"name": "conv_05.weights", "level": "l2", "firstStep": 3, "lastStep": 4}]}"#, "DG0521"),
    (#"{"tensors": [{"name": "conv_1", "level": "l2", "offset": 462844}]}"#, "DG0521"),
    (
      #"{"tensors": [{"name": "conv_1", "level": "l2", "offset": 0}, "#
        + #"{"name": "conv_05.weights", "level": "l2", "offset": 0}]}"#, "DG0521"
    ),
    (
      #"{"layers": [{"name": "conv_05", "tile": {"outputChannels": 1}, "stripe": {"channels": 3}, "mode": "full"}]}"#,
      "DG0520"
    ),
  ])
  func `pins that can't be kept are refused with the file that has them`(text: String, code: String) throws {
    let refusal = #expect(throws: Refusal.self) { try Self.plan(pins: text) }
    #expect(refusal?.diagnostics.first?.code == code, "\(String(describing: refusal))")
    #expect(refusal?.diagnostics.allSatisfy { $0.file.hasSuffix("pins.json") } ?? false)
  }

  @Test func `slots that are pinned without their number are named in the refusal`() throws {
    let pin = #""mode": "full", "buffers": [{"operand": "output", "level": "l2"}]"#
    let refusal = #expect(throws: Refusal.self) { try Self.plan(pins: #"{"layers": [{"name": "conv_00", \#(pin)}]}"#) }
    let message = refusal?.diagnostics.first?.message
    #expect(message == "what is pinned, mode full, output in l2, is no tiling of the layer")
  }

  @Test func `an edited plan is a set of pins, whatever its digest says`() throws {
    var plan = try Self.plan(pins: nil)
    let index = try #require(plan.layers.firstIndex { $0.tile.height > 1 })
    plan.layers[index].tile.height /= 2
    // What follows from the tile is left as it was.
    let pinned = try Self.plan(pins: String(decoding: try PlanDocument.encode(plan), as: UTF8.self))
    #expect(pinned.layers[index].tile.height == plan.layers[index].tile.height)
    #expect(pinned.layers[index].tiles > plan.layers[index].tiles)
  }

  @Test(arguments: [
    ("nope", ["DG0046"]), ("[]", ["DG0048"]), ("{}", ["DG0049"]), (#"{"layer": []}"#, ["DG0047"]),
    (#"{"layers": {}}"#, ["DG0048"]), (#"{"layers": [{"tile": {"height": 1}}]}"#, ["DG0048"]),
    (#"{"layers": [{"name": "nobody", "mode": "full"}]}"#, ["DG0049"]),
    (#"{"layers": [{"name": "fc_09"}]}"#, ["DG0049"]),
    (#"{"layers": [{"name": "fc_09", "tile": {}}]}"#, ["DG0049"]),
    (#"{"layers": [{"name": "fc_09", "tile": {}, "stripe": {}, "buffers": []}]}"#, ["DG0049"]),
    (#"{"layers": [{"name": "nobody"}, {"name": "fc_09", "stripe": {}}]}"#, ["DG0049", "DG0049"]),
    (
      #"{"layers": [{"name": "fc_09", "mode": "fast", "tile": {"height": 99, "depth": 1}}]}"#,
      ["DG0048", "DG0047", "DG0048"]
    ),
    (#"{"tensors": [{"name": "nothing", "level": "l2"}]}"#, ["DG0049"]),
    (#"{"tensors": [{"name": "fc_09.weights", "level": "l1"}]}"#, ["DG0048"]),
    (#"{"tensors": [{"name": "fc_09.weights", "level": "l2", "offset": 3, "firstStep": 99}]}"#, ["DG0048", "DG0048"]),
    (#"{"tensors": [{"name": "fc_09.weights", "level": "l2", "firstStep": 3, "lastStep": 2}]}"#, ["DG0048"]),
  ])
  func `what no plan can say is refused, all of it, with its place`(text: String, codes: [String]) throws {
    let refusal = #expect(throws: Refusal.self) { try Self.read(text) }
    let found = refusal?.diagnostics ?? []
    #expect(found.map(\.code) == codes, "\(found)")
    for diagnostic in found { #expect(diagnostic.file == "pins.json" && diagnostic.hint != nil) }
  }
}
