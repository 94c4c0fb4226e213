import CEmitter
import NetworkIR
import Testing

/// The words of channels in groups of four, read back from the generated files and evaluated as `dory_group.h` says,
/// against the rules of the model.
struct GroupParametersTests {
  /// A layer's form in the generated C and the words of its channels.
  private struct Stored {
    var form: String
    var words: [[Int]]
    var bias: [Int]
    var codes: ClosedRange<Int>

    /// The code of a sum without the bias; nil where something that is shifted leaves 32 bits.
    func code(of sum: Int, channel: Int) -> Int? {
      let word = words[channel]
      var shifted = sum * word[0] + word[1]
      var shift = word[1]
      switch form {
      case "DORY_RQ32P": break
      case "DORY_RQ32L":
        shifted = min(max(sum, -word[2] - 1), word[2]) * word[0] + word[1]
        shift = word[2]
      case "DORY_RQ32D":
        guard Int32(exactly: shifted) != nil else { return nil }
        shifted = (shifted >> (word[1] & 31)) + sum * word[2] + word[3]
        shift = word[3]
      case "DORY_RQ64":
        // The offset comes low word first; the bias is not folded in.
        let offset = word[3] << 32 + Int(UInt32(truncatingIfNeeded: word[2]))
        return clipped(((sum + word[0]) * word[1] + offset) >> word[4])
      default: return nil
      }
      return Int32(exactly: shifted).map { clipped(Int($0) >> (shift & 31)) }
    }

    private func clipped(_ code: Int) -> Int { min(max(code, codes.lowerBound), codes.upperBound) }
  }

  /// Reads a network's only layer back, whose constants are one block of groups.
  private func stored(_ network: Network) throws -> (Stored, Convolution, Requantization)? {
    guard case .convolution(let convolution) = network.layers.first?.operation,
      let rule = convolution.requantization
    else { return nil }
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "whole"))
    guard let constants = plan.layers[0].constants, constants.order.isGrouped else { return nil }
    let files = try emitProject(network: network, plan: plan)
    let image = try #require(files.first { $0.path == "weights.bin" }).contents
    let source = try #require(
      files.map { String(decoding: $0.contents, as: UTF8.self) }.first { $0.contains("    .form = DORY_") })
    let name = try #require(source.split(separator: ".form = ").last?.split(separator: ",").first)
    let channels = convolution.outputChannels
    let groupBytes = constants.bytes / ((channels + 3) / 4)
    let count = constants.parameterBytesPerChannel / 4
    func word(_ index: Int, channel: Int) -> Int {
      let start = channel / 4 * groupBytes + groupBytes - 16 * count + 16 * index + channel % 4 * 4
      return Int(Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(image[start + $1]) << UInt32(8 * $1) }))
    }
    let stored = Stored(
      form: String(name), words: (0..<channels).map { channel in (0..<count).map { word($0, channel: channel) } },
      bias: (0..<channels).map { Int(convolution.foldedBias(channel: $0)) }, codes: rule.clamp)
    return (stored, convolution, rule)
  }

  /// A quotient that spreads a range of accumulators over about `spread` times the codes.
  private func rule(
    over range: ClosedRange<Int>, _ clamp: ClosedRange<Int>, spread: Double, factors: ClosedRange<Int>,
    _ random: inout RandomNetwork
  ) -> RequantizationRule {
    let factor = random.random.number(factors)
    let width = Double(max(range.upperBound - range.lowerBound, 1))
    var divisor = max(Int(Double(factor) * width / (spread * Double(clamp.count))), 1)
    if factor == 1 { divisor = 1 << (Int.bitWidth - divisor.leadingZeroBitCount) }
    return RequantizationRule([
      .affine(scale: factor, offset: random.random.number(clamp) * divisor),
      .divide(by: divisor, rounding: .floor), .clamp(clamp),
    ])
  }

  /// What the plan's rules are like: shifts; many bits and much saturation; many bits.
  static let shapes: [(forms: [String], spreads: [Double], factors: ClosedRange<Int>)] = [
    (["DORY_RQ32P"], [0.9], 1...1), (["DORY_RQ32L", "DORY_RQ32D"], [12, 30, 100, 400], 20...60),
    (["DORY_RQ32D"], [1.3], 100...900),
  ]

  @Test(arguments: [LayerKind.depthwise, .dense], 0..<3)
  func `stored words give the rule's codes, in every form of groups alone`(kind: LayerKind, index: Int) throws {
    let shape = Self.shapes[index]
    var forms: [String: Int] = [:]
    for seed in 0..<24 {
      var random = RandomNetwork(
        seed: seed, shape: Shape(height: 5, width: 6, channels: seed % 4 + 3), kinds: [kind],
        type: seed % 2 == 0 ? .int8 : .uint8, isBytewise: true)
      var network = random.network
      guard case .convolution(var convolution) = network.layers.first?.operation,
        let ranges = convolution.accumulatorRanges(inputs: network[network.layers[0].inputs[0].tensor].values),
        let clamp = convolution.requantization?.clamp
      else { continue }
      let spread = shape.spreads[seed % shape.spreads.count]
      let rules = ranges.map { rule(over: $0, clamp, spread: spread, factors: shape.factors, &random) }
      guard let changed = try? Requantization(rules: rules, accumulators: ranges, clamp: clamp) else { continue }
      convolution.requantization = changed
      network.layers[0].operation = .convolution(convolution)
      guard let (stored, _, rule) = try stored(network) else { continue }
      forms[stored.form, default: 0] += 1
      guard ["DORY_RQ32P", "DORY_RQ32L", "DORY_RQ32D", "DORY_RQ64"].contains(stored.form) else { continue }
      for channel in ranges.indices {
        let few = (0..<60).map { _ in random.random.number(ranges[channel]) }
        let wrong = ([ranges[channel].lowerBound, ranges[channel].upperBound] + few).first {
          stored.code(of: $0 - stored.bias[channel], channel: channel) != rule.rule(channel: channel).evaluate($0)
        }
        #expect(wrong == nil, "seed \(seed), \(stored.form), channel \(channel), \(rule.rule(channel: channel))")
      }
    }
    #expect(shape.forms.map { forms[$0, default: 0] }.reduce(0, +) > 2, "\(forms)")
  }
}
