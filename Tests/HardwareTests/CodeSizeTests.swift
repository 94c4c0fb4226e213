import Foundation
import NetworkIR
import Testing

@testable import Hardware

/// Bounds of code against what linkers kept of generated firmware.
struct CodeSizeTests {
  /// A firmware, or something else that the figures were made from.
  private struct Sample: Decodable {
    var network: String?
    var nameBytes, portable, xpulp: Int?
    /// How many layers use the same parts, and these.
    var layers: [Layers]?

    struct Layers: Decodable {
      var count: Int
      var uses: [CodeUse]

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        count = try list.decode(Int.self)
        uses = try list.decode([String].self).map { text in
          let words = text.split(separator: " ", maxSplits: 1).map(String.init)
          let part = try #require(CodePart(rawValue: words[0]), "\(text) is no part of the code")
          return CodeUse(part, Array(words.dropFirst()))
        }
      }
    }

    enum CodingKeys: CodingKey { case network, nameBytes, portable, xpulp, layers }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      network = try fields.decodeIfPresent(String.self, forKey: .network)
      guard network != nil else { return }
      nameBytes = try fields.decode(Int.self, forKey: .nameBytes)
      portable = try fields.decode(Int.self, forKey: .portable)
      xpulp = try fields.decode(Int.self, forKey: .xpulp)
      layers = try fields.decode([Layers].self, forKey: .layers)
    }
  }

  /// Of each firmware its name, the bound and the larger of what its two spellings take.
  private static func bounds() throws -> [(name: String, bytes: Int, measured: Int)] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Benchmarks/calibration/code_size.jsonl")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }.compactMap { sample in
      guard let name = sample.network, let layers = sample.layers, let nameBytes = sample.nameBytes else { return nil }
      let uses = layers.flatMap { Array(repeating: $0.uses, count: $0.count) }
      let measured = max(sample.portable ?? 0, sample.xpulp ?? 0)
      return (name, CodeFigures.measured.bytes(uses, nameBytes: nameBytes), measured)
    }
  }

  @Test func `no firmware takes more than its bound`() throws {
    let bounds = try Self.bounds()
    #expect(bounds.count > 60)
    for bound in bounds {
      #expect(bound.bytes >= bound.measured, "\(bound.name) takes \(bound.measured) of \(bound.bytes) bytes")
    }
  }

  @Test func `bounds are not far above what networks take`() throws {
    let ratios = try Self.bounds().filter { !$0.name.hasPrefix("random") }
      .map { (ratio: Double($0.bytes) / Double($0.measured), name: $0.name) }.sorted { $0.ratio < $1.ratio }
    #expect(ratios[ratios.count / 2].ratio <= 1.15, "median \(ratios[ratios.count / 2])")
    #expect(ratios[ratios.count - 1].ratio <= 1.35, "worst \(ratios[ratios.count - 1])")
  }

  @Test func `every part has figures in both spellings`() {
    for part in CodePart.allCases {
      for (spelling, figures) in [("portable", CodeFigures.measured.portable), ("xpulp", CodeFigures.measured.xpulp)] {
        #expect(figures[part] != nil, "\(part) in \(spelling)")
      }
    }
  }

  /// Of every part 100 bytes a layer and 1000 once, the whole program 10 a layer.
  private static let round = {
    var figures = Dictionary(
      uniqueKeysWithValues: CodePart.allCases.map { ($0, CodeFigures.Figure(layerBytes: 100, onceBytes: 1_000)) })
    figures[.program] = CodeFigures.Figure(layerBytes: 10, onceBytes: 0)
    return CodeFigures(portable: [:], xpulp: figures)
  }()

  @Test func `a variant is counted once, the bytes of layers each time`() {
    let signed = CodeUse(.sumWords, ["int8"])
    let unsigned = CodeUse(.sumWords, ["uint8"])
    #expect(Self.round.bytes([[signed]], nameBytes: 0) == 1_112)
    #expect(Self.round.bytes([[signed], [signed], [signed]], nameBytes: 0) == 1_332)
    #expect(Self.round.bytes([[signed], [unsigned]], nameBytes: 0) == 2_220)
    #expect(Self.round.bytes([[signed], [unsigned]], nameBytes: 8) == 2_228)
  }

  @Test func `the larger spelling counts`() {
    let portable = CodeFigures(portable: Self.round.xpulp, xpulp: Self.round.portable)
    let uses = [[CodeUse(.movement)], [CodeUse(.softmax), CodeUse(.words)]]
    #expect(portable.bytes(uses, nameBytes: 0) == 3_320)
    #expect(Self.round.bytes(uses, nameBytes: 0) == 3_320)
  }

  /// One layer with tensors of some types, `x` and `y`.
  private static func network(_ operation: NetworkIR.Operation, _ input: ElementType, _ output: ElementType) -> Network
  {
    let shape = Shape(height: 4, width: 4, channels: 8)
    let origin = TensorOrigin(dimensions: [4, 4, 8], axes: [.height, .width, .channel])
    let tensors = [("x", input), ("y", output)].map {
      Tensor(name: $0.0, shape: shape, type: $0.1, values: $0.1.range, origin: origin)
    }
    let operand = Operand(tensor: 0, shape: shape)
    let layer = Layer(name: "layer_00", source: "", operation: operation, inputs: [operand], output: 1)
    return Network(
      name: "one", tensors: tensors, layers: [layer], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 1)])
  }

  /// A convolution of 8 channels by bytes, whose accumulators are the output.
  private static func convolution(kernel: Int, depthwise: Bool = false, zeroPoints: [Int] = []) -> Convolution {
    let perGroup = depthwise ? 1 : 8
    return Convolution(
      kernel: Extent(height: kernel, width: kernel), stride: .one, dilation: .one, padding: .zero,
      groups: depthwise ? 8 : 1, inputChannels: 8, outputChannels: 8,
      weights: [Int8](repeating: 1, count: 8 * kernel * kernel * perGroup), weightZeroPoints: zeroPoints,
      bias: [Int32](repeating: 0, count: 8), inputZeroPoint: 0, paddingValue: 0, requantization: nil)
  }

  private static func parts(
    _ operation: NetworkIR.Operation, _ input: ElementType, _ output: ElementType
  ) -> [CodePart] {
    let network = network(operation, input, output)
    return network.codeUses(of: network.layers[0]).map(\.part)
  }

  /// `(a * scale + offset) >> shift`, clipped to bytes.
  private static func rule(scale: Int, divisor: Int) throws -> Requantization {
    let rule = RequantizationRule([
      .affine(scale: scale, offset: 0), .divide(by: divisor, rounding: .halfUp), .clamp(-128...127),
    ])
    return try Requantization(rules: [rule], accumulators: [-20_000...20_000], clamp: -128...127)
  }

  @Test func `convolutions are told apart by the order of their constants`() {
    let raw: [CodePart] = [.dense, .denseApart, .denseFinish, .denseRaw]
    #expect(Self.parts(.convolution(Self.convolution(kernel: 1)), .int8, .int32) == raw)
    #expect(Self.parts(.convolution(Self.convolution(kernel: 3)), .int16, .int32) == raw)
    #expect(
      Self.parts(.convolution(Self.convolution(kernel: 3, depthwise: true)), .int8, .int32) == [.columns, .columnsLong])
    let shifted = [Int](repeating: 3, count: 8)
    #expect(
      Self.parts(.convolution(Self.convolution(kernel: 3, zeroPoints: shifted)), .int8, .int32) == [.convolutionAny])
    #expect(
      Self.parts(.convolution(Self.convolution(kernel: 3, depthwise: true, zeroPoints: shifted)), .int8, .int32)
        == [.depthwiseAny])
  }

  @Test func `codes are made in the loops where there are kernels for them`() throws {
    var pointwise = Self.convolution(kernel: 1)
    pointwise.requantization = try Self.rule(scale: 3, divisor: 16)
    #expect(Self.parts(.convolution(pointwise), .int8, .int8) == [.dense, .denseSingle, .denseShort])
    #expect(Self.parts(.convolution(pointwise), .int16, .int8) == [.dense, .denseHalves])
    #expect(
      Self.parts(.convolution(pointwise), .int8, .int16) == [.convolutionAny],
      "outputs of 16 bits are in the plain order")
    var wide = Self.convolution(kernel: 7)
    wide.requantization = pointwise.requantization
    #expect(
      Self.parts(.convolution(wide), .int8, .int8) == [.dense, .denseApart, .denseFinish, .denseShort],
      "sums of many weights may take several passes")
    var columns = Self.convolution(kernel: 5, depthwise: true)
    columns.requantization = pointwise.requantization
    #expect(Self.parts(.convolution(columns), .int8, .int8) == [.columns, .columnsSingles])
  }

  @Test func `all other operations have their parts`() throws {
    let window = Extent(height: 2, width: 2)
    func pooling(_ kind: Pooling.Kind) -> NetworkIR.Operation {
      .pooling(Pooling(kind: kind, kernel: window, stride: window, padding: .zero))
    }
    #expect(Self.parts(pooling(.maximum(clamp: -128...127)), .int8, .int8) == [.maximum])
    #expect(Self.parts(pooling(.maximum(clamp: 0...127)), .int8, .uint8) == [.lanes])
    #expect(Self.parts(pooling(.average(clamp: 0...15)), .uint4, .uint4) == [.lanes])
    #expect(Self.parts(pooling(.sum(try Self.rule(scale: 3, divisor: 16))), .int8, .int8) == [.sum])
    let softmax = Softmax(multiplier: 1, leftShift: 1, minimumDifference: -1)
    #expect(Self.parts(.softmax(softmax), .int8, .int8) == [.softmax])
    #expect(Self.parts(.argumentMaximum(ArgumentMaximum(isMinimum: false)), .int8, .int32) == [.argumentMaximum])
    let lookup = Lookup(tables: [[Int32](repeating: 0, count: 256)])
    #expect(Self.parts(.lookup(lookup), .int8, .int8) == [.words, .lookupWords])
    #expect(Self.parts(.lookup(lookup), .int8, .int16) == [.lookupElements])
  }

  @Test func `names at the border count with the zero byte at their end`() {
    var network = Self.network(.argumentMaximum(ArgumentMaximum(isMinimum: false)), .int8, .int32)
    let bytes = network.codeBytes(Self.round)
    #expect(bytes == 10 + 1_100 + 8 + 2)
    network.tensors[0].name = "xyz"
    #expect(network.codeBytes(Self.round) == bytes)
    network.tensors[0].name = "xyzw"
    #expect(network.codeBytes(Self.round) == bytes + 4)
  }
}
