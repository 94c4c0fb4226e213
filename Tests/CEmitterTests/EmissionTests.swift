import CEmitter
import NetworkIR
import Testing

/// The text of generated projects, and what is refused.
struct EmissionTests {
  /// A pointwise convolution of 2 channels to 1: weights 3 and -4, bias 5, zero point 2.
  private static let network: Network = {
    var convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 2, outputChannels: 1,
      weights: [3, -4], bias: [5], inputZeroPoint: 2, paddingValue: 2, requantization: nil)
    let rule = RequantizationRule([.affine(scale: 1, offset: 0), .clamp(0...255)])
    convolution.requantization = try? Requantization(
      rules: [rule], accumulators: [-2000...2000], clamp: 0...255)
    let origin = TensorOrigin(dimensions: [], axes: [])
    let input = Shape(height: 2, width: 1, channels: 2)
    let output = Shape(height: 2, width: 1, channels: 1)
    return Network(
      name: "tiny",
      tensors: [
        Tensor(name: "x", shape: input, type: .uint8, values: 0...255, origin: origin),
        Tensor(name: "y", shape: output, type: .uint8, values: 0...255, origin: origin),
      ],
      layers: [
        Layer(
          name: "conv_00", source: "conv", operation: .convolution(convolution),
          inputs: [Operand(tensor: 0, shape: input)], output: 1)
      ], inputs: [Boundary(tensor: 0, scale: 0.25, zeroPoint: 2)], outputs: [Boundary(tensor: 1)])
  }()
  private static let plan = HandPlanner.plan(network, style: PlanStyle(name: "tiny"))

  private func text(_ path: String) throws -> String {
    let files = try emitProject(network: Self.network, plan: Self.plan)
    let file = try #require(files.first { $0.path == path })
    return String(decoding: file.contents, as: UTF8.self)
  }

  @Test
  func `constants hold weights, then a line of the sums with the bias folded in, in groups of four channels`() throws {
    let files = try emitProject(network: Self.network, plan: Self.plan)
    let weights = try #require(files.first { $0.path == "weights.bin" })
    // Weights 3, -4 and two bytes up to a multiple of 4, and three channels that are missing.
    let block: [UInt8] = [3, 0xFC] + [UInt8](repeating: 0, count: 14)
    #expect(weights.contents.count == 64 && Array(weights.contents.prefix(16)) == block)
    // Each word for the one channel and for three that are missing.
    let words = stride(from: 16, to: 64, by: 4).map { start in
      (0..<4).reduce(Int32(0)) { $0 | Int32(truncatingIfNeeded: Int(weights.contents[start + $1]) << (8 * $1)) }
    }
    #expect(words.indices.allSatisfy { $0 % 4 == 0 || words[$0] == 0 } && words[8] == 0)
    // The folded bias is 5 - 2 * (3 - 4) = 7, so that a sum x has the code x + 7: a factor, and an offset whose low five
    // bits say how far to shift.
    for sum in -2007...1993 {
      let code = (sum * Int(words[0]) + Int(words[4])) >> (Int(words[4]) & 31)
      #expect(min(max(code, 0), 255) == min(max(sum + 7, 0), 255), "\(sum)")
    }
  }

  @Test
  func `the checksum is that of ISO 3309`() throws {
    let files = try emitProject(network: Self.network, plan: Self.plan)
    let weights = try #require(files.first { $0.path == "weights.bin" })
    #expect(Self.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    let hexadecimal = String(Self.checksum(weights.contents), radix: 16)
    let padded = String(repeating: "0", count: 8 - hexadecimal.count) + hexadecimal
    #expect(try text("weights.h").contains("#define WEIGHTS_BYTES       64u\n#define WEIGHTS_RAM_BYTES   64u\n"))
    #expect(try text("weights.h").contains("#define WEIGHTS_FLASH_BYTES 0u\n#define WEIGHTS_CRC32       0x\(padded)u"))
  }

  /// Division by the polynomial, bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { start, byte in
      (0..<8).reduce(start ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  @Test
  func `the header gives sizes, scale and zero point of the border`() throws {
    let header = try text("network.h")
    #expect(header.contains("#define NETWORK_INPUT_0_SCALE      0.25f\n#define NETWORK_INPUT_0_ZERO_POINT 2\n"))
    #expect(header.contains("#define NETWORK_INPUT_BYTES  4u\n#define NETWORK_OUTPUT_BYTES 2u\n"))
  }

  @Test
  func `every C file opens with the generated mark or its licence`() throws {
    for file in try emitProject(network: Self.network, plan: Self.plan) {
      guard file.path.hasSuffix(".c") || file.path.hasSuffix(".h") else { continue }
      let start = String(decoding: file.contents.prefix(100), as: UTF8.self)
      #expect(start.contains("SPDX-License-Identifier: Apache-2.0 */"), "\(file.path)")
    }
  }

  @Test
  func `the same plan gives the same bytes`() throws {
    let first = try emitProject(network: Self.network, plan: Self.plan)
    #expect(try emitProject(network: Self.network, plan: Self.plan) == first)
    #expect(Set(first.map(\.path)).count == first.count)
  }

  /// The network with its weights in 4 bits, and a zero point of them.
  private static let packed: Network = {
    var packed = network
    guard case .convolution(var convolution) = packed.layers[0].operation else { return packed }
    convolution.weightType = .int4
    convolution.weightZeroPoints = [2]
    packed.layers[0].operation = .convolution(convolution)
    packed.tensors[0].type = .uint4
    packed.tensors[0].values = 0...15
    return packed
  }()

  @Test
  func `narrow weights are packed and their zero point follows the coefficients`() throws {
    let plan = HandPlanner.plan(Self.packed, style: PlanStyle(name: "packed"))
    let files = try emitProject(network: Self.packed, plan: plan)
    let weights = try #require(files.first { $0.path == "weights.bin" })
    // 5 - 2 * ((3 - 2) + (-4 - 2)) = 15; (15 * 1 + 0) >> 0; 2; weights 3 and -4 in one byte, up to a multiple of 4.
    #expect(
      weights.contents == [15, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0xC3, 0, 0, 0])
    let header = try #require(files.first { $0.path == "network.h" })
    let text = String(decoding: header.contents, as: UTF8.self)
    #expect(text.contains("2 in a byte, the first one in the lowest bits, each pixel from a byte of its own on"))
    #expect(text.contains("#define NETWORK_INPUT_BYTES  2u\n"))
  }

  /// A change that makes the plan contradict the network, and the code it is refused with.
  struct Contradiction: Sendable {
    var code: String
    var apply: @Sendable (inout DeploymentPlan) -> Void
  }

  static let contradictions = [
    Contradiction(code: "DG0600") { $0.version = 9 },
    Contradiction(code: "DG0601") { $0.layers[0].geometry.stride.height = 2 },
    Contradiction(code: "DG0601") { $0.layers[0].output.shape.width = 2 },
    Contradiction(code: "DG0601") { $0.layers = [] },
    Contradiction(code: "DG0602") { $0.tensors[0].firstStep = 1 },
    Contradiction(code: "DG0603") { $0.layers[0].buffers = [] },
    Contradiction(code: "DG0604") { $0.layers[0].tile.height = 0 },
    Contradiction(code: "DG0605") { $0.layers[0].constants?.bytes = 24 },
    Contradiction(code: "DG0605") { $0.layers[0].tile.inputChannels = 1 },
    Contradiction(code: "DG0605") { $0.layers[0].constants?.weightBits = 4 },
    Contradiction(code: "DG0605") { $0.layers[0].constants?.parameterBytesPerChannel = 20 },
    Contradiction(code: "DG0603") { $0.layers[0].constants = nil },
  ]

  @Test(arguments: contradictions.indices)
  func `a plan that contradicts the network is refused`(index: Int) {
    let contradiction = Self.contradictions[index]
    var plan = Self.plan
    contradiction.apply(&plan)
    #expect {
      try emitProject(network: Self.network, plan: plan)
    } throws: { error in
      (error as? Refusal)?.diagnostics.contains { $0.code == contradiction.code } ?? false
    }
  }
}
