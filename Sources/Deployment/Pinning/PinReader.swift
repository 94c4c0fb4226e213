import Hardware
import NetworkIR
import TilingSolver

/// Turns a JSON document into pins and puts down everything that is wrong with it.
struct PinReader {
  private var document: JSONReader
  private let workload: Workload
  private let layersByName: [String: Int]
  private let tensorNames: Set<String>

  /// Keys of a plan, and of its parts that are not looked at.
  private static let planKeys: Set<String> = [
    "version", "generator", "model", "target", "objective", "solver", "totals", "budgets", "tensors",
    "initialTransfers", "layers", "digest",
  ]
  private static let layerKeys: Set<String> = [
    "name", "op", "step", "mode", "inputs", "output", "geometry", "constants", "stripe", "tile", "loopOrder", "split",
    "tiles", "buffers", "transfers", "cycles", "macs", "requantization", "loop",
  ]
  private static let constantKeys: Set<String> = [
    "tensor", "order", "bytes", "parameterBytesPerChannel", "weightBits", "level", "headChunks",
  ]
  private static let tensorKeys: Set<String> = [
    "name", "kind", "shape", "type", "level", "offset", "bytes", "firstStep", "lastStep",
  ]

  init(file: String, workload: Workload) {
    document = JSONReader(file: file)
    self.workload = workload
    var layersByName: [String: Int] = [:]
    for (step, layer) in workload.layers.enumerated() { layersByName[layer.name] = step }
    self.layersByName = layersByName
    tensorNames = Set(workload.tensors.map(\.name) + workload.layers.map(\.constantsName))
  }

  /// What is wrong, in the order of the document.
  var findings: [Diagnostic] { document.findings }

  /// The pins of a document; incomplete where something is wrong with it.
  mutating func pins(_ value: JSONValue) -> Pins {
    var pins = Pins()
    guard let members = document.object(value, at: "", keys: Self.planKeys) else { return pins }
    var named: Set<String> = []
    for (index, entry) in document.array(members["layers"], at: "layers").enumerated() {
      let path = "layers[\(index)]"
      guard let pin = layer(entry, at: path) else { continue }
      if !named.insert(pin.name).inserted {
        document.refuse(path, "names layer '\(pin.name)' a second time", code: "DG0049", hint: "remove one of the two")
      }
      pins.layers.append(pin)
    }
    for (index, entry) in document.array(members["tensors"], at: "tensors").enumerated() {
      if let pin = tensor(entry, at: "tensors[\(index)]") { pins.tensors.append(pin) }
    }
    return pins
  }

  private mutating func layer(_ value: JSONValue, at path: String) -> LayerPin? {
    guard let members = document.object(value, at: path, keys: Self.layerKeys),
      let name = document.text(members["name"], at: "\(path).name")
    else { return nil }
    guard let step = layersByName[name] else {
      document.refuse(
        "\(path).name", "is '\(name)', but the network has no layer of that name", code: "DG0049",
        hint: Spelling.suggestion(for: name, among: workload.layers.map(\.name))
          + "a plan of this network lists the names of its layers")
      return nil
    }
    let layer = workload.layers[step]
    let output = workload[layer.output].shape
    let earlierFindings = document.findings.count
    var pin = LayerPin(name: name)
    pin.mode = document.choice(members["mode"], at: "\(path).mode")
    pin.loopOrder = document.choice(members["loopOrder"], at: "\(path).loopOrder")
    pin.split = document.choice(members["split"], at: "\(path).split")
    pin.tile = tile(members["tile"], at: "\(path).tile", layer, output)
    if let members = document.object(members["stripe"], at: "\(path).stripe", keys: ["rows", "channels"]) {
      var stripe = LayerPin.Stripe()
      stripe.rows = document.integer(members["rows"], at: "\(path).stripe.rows", in: 1...output.height)
      stripe.channels = document.integer(members["channels"], at: "\(path).stripe.channels", in: 1...output.channels)
      if stripe != LayerPin.Stripe() { pin.stripe = stripe }
    }
    pin.buffers = buffers(members["buffers"], at: "\(path).buffers")
    if let members = document.object(members["constants"], at: "\(path).constants", keys: Self.constantKeys) {
      let head = document.integer(
        members["headChunks"], at: "\(path).constants.headChunks", in: 1...PlannedConstants.mostSlots)
      pin.headChunks = head ?? 0
    }
    if pin == LayerPin(name: name) && document.findings.count == earlierFindings {
      document.refuse(
        path, "fixes nothing of layer '\(name)'", code: "DG0049",
        hint: "give 'mode', 'stripe', 'tile', 'loopOrder', 'split' or 'buffers', or remove the entry")
    }
    return pin
  }

  /// nil also where no size is given.
  private mutating func tile(
    _ value: JSONValue?, at path: String, _ layer: WorkloadLayer, _ output: Shape
  ) -> LayerPin.Tile? {
    let keys: Set<String> = ["height", "width", "outputChannels", "inputChannels"]
    guard let members = document.object(value, at: path, keys: keys) else { return nil }
    var tile = LayerPin.Tile()
    tile.height = document.integer(members["height"], at: "\(path).height", in: 1...output.height)
    tile.width = document.integer(members["width"], at: "\(path).width", in: 1...output.width)
    tile.outputChannels = document.integer(
      members["outputChannels"], at: "\(path).outputChannels", in: 1...output.channels)
    let inputChannels = layer.inputs.first?.shape.channels ?? 1
    tile.inputChannels = document.integer(
      members["inputChannels"], at: "\(path).inputChannels", in: 1...inputChannels)
    return tile == LayerPin.Tile() ? nil : tile
  }

  /// nil also where none is listed.
  private mutating func buffers(_ value: JSONValue?, at path: String) -> [LayerPin.Buffer]? {
    var buffers: [LayerPin.Buffer] = []
    for (index, entry) in document.array(value, at: path).enumerated() {
      let path = "\(path)[\(index)]"
      let keys: Set<String> = ["operand", "level", "offset", "bytes", "count"]
      guard let members = document.object(entry, at: path, keys: keys) else { continue }
      let operand: PlannedBuffer.Operand? = document.choice(members["operand"], at: "\(path).operand", isRequired: true)
      let level: MemoryLevel? = document.choice(members["level"], at: "\(path).level", isRequired: true)
      let most = operand == .weights && level == .l2 ? PlannedConstants.mostSlots : 2
      let count = document.integer(members["count"], at: "\(path).count", in: 1...most)
      if let level, level != .l1 && level != .l2 {
        document.refuse(
          "\(path).level", "is '\(level.rawValue)', where no layer has buffers", code: "DG0048",
          hint: "give 'l1' or 'l2'")
      }
      let offset = document.integer(members["offset"], at: "\(path).offset", in: 0...1 << 32, multipleOf: 4)
      guard let operand, let level else { continue }
      buffers.append(
        LayerPin.Buffer(operand: operand, level: level, count: count, offset: level == .l2 ? offset : nil))
    }
    return buffers.isEmpty ? nil : buffers
  }

  private mutating func tensor(_ value: JSONValue, at path: String) -> TensorPin? {
    guard let members = document.object(value, at: path, keys: Self.tensorKeys) else { return nil }
    let name = document.text(members["name"], at: "\(path).name")
    let level: MemoryLevel? = document.choice(members["level"], at: "\(path).level", isRequired: true)
    guard let name, let level else { return nil }
    if level == .l1 {
      document.refuse(
        "\(path).level", "is 'l1', where no tensor lives", code: "DG0048", hint: "give another level, or leave it out")
    }
    guard tensorNames.contains(name) else {
      document.refuse(
        "\(path).name", "is '\(name)', but the network has no tensor of that name", code: "DG0049",
        hint: Spelling.suggestion(for: name, among: tensorNames.sorted())
          + "a plan of this network lists the names of its tensors; constants are '<layer>.weights'")
      return nil
    }
    var pin = TensorPin(name: name, level: level)
    let steps = 0...max(workload.layers.count - 1, 0)
    pin.offset = document.integer(members["offset"], at: "\(path).offset", in: 0...1 << 32, multipleOf: 4)
    pin.firstStep = document.integer(members["firstStep"], at: "\(path).firstStep", in: steps)
    pin.lastStep = document.integer(members["lastStep"], at: "\(path).lastStep", in: steps)
    if let first = pin.firstStep, let last = pin.lastStep, last < first {
      document.refuse(
        "\(path).lastStep", "is \(last), before 'firstStep', which is \(first)", code: "DG0048", hint: "swap the two")
    }
    return pin
  }
}
