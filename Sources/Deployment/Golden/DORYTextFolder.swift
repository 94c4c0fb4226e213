import Foundation
import NetworkIR

/// DORY's `input.txt` and `out_layer<i>.txt`: one value a line, HWC in most exports and CHW in some.
///
/// Both readings are returned; the caller keeps the one that the reference executor agrees with better. Layer i is the i-th
/// layer as DORY counts them: an addition that only feeds a rescale is one layer with it.
struct DORYTextFolder {
  var path: String
  var network: Network

  /// The files read as HWC, with the CHW reading as the alternative.
  func read() throws(Refusal) -> GoldenData {
    var data = try read(channelsFirst: false)
    data.alternative = [try read(channelsFirst: true)]
    return data
  }

  private func read(channelsFirst: Bool) throws(Refusal) -> GoldenData {
    guard network.inputs.count == 1, let input = network.inputs.first else {
      throw refusal("input.txt", "is one input, but the network has \(network.inputs.count)", "use another form")
    }
    let values = try numbers("input.txt", for: network[input.tensor], channelsFirst)
    var data = GoldenData(samples: [[values]])
    for (index, tensor) in countedOutputs.enumerated() {
      let name = "out_layer\(index).txt"
      guard FileManager.default.fileExists(atPath: path + "/" + name) else { continue }
      data.expected.append(
        GoldenTensor(
          sample: 0, tensor: tensor, values: try numbers(name, for: network[tensor], channelsFirst), source: name))
    }
    guard !data.expected.isEmpty else {
      throw refusal("out_layer0.txt", "is missing, and so is every other layer", "give the outputs to compare with")
    }
    let extra = "out_layer\(countedOutputs.count).txt"
    if FileManager.default.fileExists(atPath: path + "/" + extra) {
      throw refusal(
        extra, "is more than the \(countedOutputs.count) layers of the network", "give this network's folder")
    }
    return data
  }

  private var countedOutputs: [TensorID] {
    network.layers.filter { layer in
      guard case .addition = layer.operation else { return true }
      let consumers = network.layers.filter { $0.inputs.contains { $0.tensor == layer.output } }
      guard consumers.count == 1, case .rescale = consumers[0].operation else { return true }
      return network.outputs.contains { $0.tensor == layer.output }
    }.map(\.output)
  }

  private func numbers(_ name: String, for tensor: Tensor, _ channelsFirst: Bool) throws(Refusal) -> [Int32] {
    var fields = TextFields(rest: try ModelFile.read(path + "/" + name)[...])
    var values: [Int32] = []
    var count = 0
    while let field = fields.next() {
      guard let number = Double(field), let value = Int32(exactly: number) else {
        throw refusal(name, "holds '\(field.prefix(40))', which is no integer", "give one integer a line")
      }
      if count < tensor.shape.elements { values.append(value) }
      count += 1
    }
    guard count == tensor.shape.elements else {
      throw refusal(
        name, "holds \(count) values, but '\(tensor.name)' has \(tensor.shape.elements)", "give this network's folder")
    }
    guard channelsFirst else { return values }
    let shape = tensor.shape
    let order = TensorOrigin(
      dimensions: [shape.channels, shape.height, shape.width], axes: [.channel, .height, .width])
    return order.hwcOrder(values)
  }

  private func refusal(_ name: String, _ message: String, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0024", file: path + "/" + name, message: message, hint: hint))
  }
}

/// The fields of a text one by one: between commas and white space, without lines that begin with `#`.
private struct TextFields: IteratorProtocol {
  var rest: ArraySlice<UInt8>
  private var isAtStart = true

  init(rest: ArraySlice<UInt8>) { self.rest = rest }

  mutating func next() -> String? {
    while let byte = rest.first {
      if isAtStart && byte == UInt8(ascii: "#") {
        rest = rest.drop { !Self.endsLine($0) }
      } else if Self.endsLine(byte) {
        isAtStart = true
        rest.removeFirst()
      } else if Self.separates(byte) {
        isAtStart = false
        rest.removeFirst()
      } else {
        let field = rest.prefix { !Self.endsLine($0) && !Self.separates($0) }
        isAtStart = false
        rest = rest[field.endIndex...]
        return String(decoding: field, as: UTF8.self)
      }
    }
    return nil
  }

  private static func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  private static func separates(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
