import Foundation
import NetworkIR
import Testing

/// One file of the kernel tests that CMSIS-NN's authors made with TensorFlow Lite: a configuration and arrays.
struct KernelCase: Decodable, CustomTestStringConvertible, Sendable {
  /// A number, or a word such as `SAME`, which is not needed here.
  private struct Setting: Decodable {
    var number: Int?

    init(from decoder: any Decoder) throws {
      number = try? decoder.singleValueContainer().decode(Int.self)
    }
  }

  private struct Values: Decodable {
    var type: String
    var values: [Int]?
  }

  var name: String
  var category: String
  private var config: [String: Setting]
  private var arrays: [String: Values]

  var testDescription: String { name }

  static let all: [KernelCase] = {
    let folder = SharedNetworks.root + "/cmsisnn_kernel_tests"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") && $0 != "manifest.json" }.sorted().compactMap { name in
      let data = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
      return try? JSONDecoder().decode(KernelCase.self, from: data)
    }
  }()

  /// A number of the configuration.
  subscript(key: String) -> Int {
    get throws { try #require(config[key]?.number, "\(name) has no \(key)") }
  }

  func setting(_ key: String) -> Int? { config[key]?.number }

  /// The first of these arrays that the case has.
  func array(_ keys: String...) -> [Int]? {
    keys.lazy.compactMap { arrays[$0]?.values }.first
  }

  /// The type of an array's elements: `int8_t` and so on.
  func type(_ keys: String...) -> ElementType? {
    keys.lazy.compactMap { arrays[$0] }.first.flatMap { ElementType(rawValue: String($0.type.dropLast(2))) }
  }

  /// Whether the bias is 64 bits wide: the kernels then multiply by the upper half of the multiplier.
  var hasWideBias: Bool { (arrays["biases"] ?? arrays["bias"])?.type == "int64_t" }

  /// Two's complement of four bits, two a byte, the first in the lower bits.
  static func unpacked(_ bytes: [Int], count: Int) -> [Int] {
    let codes = bytes.flatMap { [$0 & 15, $0 >> 4 & 15] }.map { $0 > 7 ? $0 - 16 : $0 }
    return Array(codes.prefix(count))
  }
}

/// A network of one operator, with inputs and what must come of them.
struct KernelTrial {
  var network: Network
  /// Per sample, per input, HWC.
  var samples: [[[Int32]]]
  /// Per sample: codes of the only output, HWC.
  var expected: [[Int32]]
}

/// Why a case can't be run.
struct NotRun: Error, Equatable {
  var reason: String
}

extension KernelTrial {
  /// Builds a network of layers that follow each other.
  ///
  /// - Parameters:
  ///   - inputs: shape of each input.
  ///   - type: of every activation.
  ///   - layers: operation, the tensors it reads, and the shape it writes; tensors count inputs first, then layers.
  ///   - values: all samples of each input, one after the other.
  ///   - expected: all samples of the output.
  init(
    inputs: [Shape], type: ElementType, layers: [(NetworkIR.Operation, reads: [Int], Shape)], values: [[Int]],
    expected: [Int]
  ) {
    let shapes = inputs + layers.map(\.2)
    let tensors = shapes.enumerated().map { index, shape in
      let dimensions = [1, shape.height, shape.width, shape.channels]
      return Tensor(
        name: "t\(index)", shape: shape, type: type, values: type.range,
        origin: TensorOrigin(dimensions: dimensions, axes: [.batch, .height, .width, .channel]))
    }
    let steps = layers.enumerated().map { index, layer in
      Layer(
        name: "layer_\(index)", source: "layer_\(index)", operation: layer.0,
        inputs: layer.reads.map { Operand(tensor: $0, shape: shapes[$0]) }, output: inputs.count + index)
    }
    network = Network(
      name: "kernel", tensors: tensors, layers: steps, inputs: inputs.indices.map { Boundary(tensor: $0) },
      outputs: [Boundary(tensor: tensors.count - 1)])
    let outputs = shapes[shapes.count - 1].elements
    let count = expected.count / outputs
    func split(_ values: [Int], _ size: Int) -> [[Int32]] {
      (0..<count).map { values[$0 * size..<($0 + 1) * size].map(Int32.init) }
    }
    let separate = zip(values, inputs).map { split($0, $1.elements) }
    samples = (0..<count).map { sample in separate.map { $0[sample] } }
    self.expected = split(expected, outputs)
  }
}
