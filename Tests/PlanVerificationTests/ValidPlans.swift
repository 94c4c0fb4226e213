import NetworkIR
import PlanVerification

/// Small plans written by hand, with the arithmetic beside the numbers, that together use every feature of a plan.
enum ValidPlans {
  static let names = ["full", "striped", "streamed", "paged", "direct", "flash"]

  static func plan(_ name: String) -> DeploymentPlan {
    var plan =
      switch name {
      case "full": full
      case "striped": striped
      case "streamed": streamed
      case "paged": paged
      case "flash": flash
      default: direct
      }
    plan.digest = PlanVerifier.digest(of: plan)
    return plan
  }
}

extension ValidPlans {
  /// Everything in L2, weights for good; ragged tiles, passes over input channels, a vector view of a map.
  static var full: DeploymentPlan {
    typealias B = PlanBuilding
    let x = Shape(height: 5, width: 4, channels: 6)
    let a = Shape(height: 5, width: 4, channels: 8)
    let y = Shape(height: 1, width: 1, channels: 10)
    return B.plan(
      name: "full", l1: 1_504, l2: 2_480, l3: 2_200,
      tensors: [
        B.tensor("x", .input, x, at: 2_360..<2_480, steps: 0...0),
        B.tensor("a", .activation, a, at: 2_200..<2_360, steps: 0...1),
        B.tensor("y", .output, y, .int32, at: 2_360..<2_400, steps: 1...1),
        B.weights("conv_00", 560, .l3, at: 0, steps: 0...1),
        B.weights("conv_00", 560, .l2, at: 1_640, steps: 0...1),
        B.weights("fc_01", 1_640, .l3, at: 560, steps: 0...1),
        B.weights("fc_01", 1_640, .l2, at: 0, steps: 0...1),
      ],
      initialTransfers: [
        L3Transfer(
          kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 1_640, bytes: 560),
        L3Transfer(
          kind: .weights, tensor: "fc_01.weights", phase: .before, l3Offset: 560, l2Offset: 0, bytes: 1_640),
      ],
      layers: [fullConvolution(x, a), fullVector(a, y)], l1Peak: 1_504, l2Peak: 2_480)
  }

  /// 3x3 over 5x4x6 to 5x4x8. Tiles: rows 2+2+1, columns 3+1, channels 4+4, passes 4+2.
  private static func fullConvolution(_ x: Shape, _ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Input rows of the tiles 3, 4, 2 (sum 9); columns 4, 2 (sum 6).
    // Parameters 4 * 16 = 64 B; blocks 4 * 9 * 4 = 144 B and 4 * 9 * 2 = 72 B; 2 * (64 + 144 + 72) = 560 B.
    // Read: input 9 * 6 * 6 for each of 2 channel tiles = 648; blocks 2 * 216 for each of 6 positions = 2592; 128.
    // Copies: input 6 * 2 * 2, blocks 6 * 2 * 2, parameters 2, output 6 * 2.
    return PlannedLayer(
      name: "conv_00", op: "convolution", step: 0, mode: .full, inputs: [B.operand("x", x)],
      output: B.operand("a", a), geometry: B.window(kernel: 3, padding: 1, groups: 1),
      constants: PlannedConstants(
        tensor: "conv_00.weights", bytes: 560, parameterBytesPerChannel: 16, weightBits: 8, level: .l2),
      stripe: StripeSize(rows: 5, channels: 8),
      tile: TileSize(height: 2, width: 3, outputChannels: 4, inputChannels: 4), loopOrder: .weightStationary,
      split: .rows, tiles: 24,
      buffers: [
        B.buffer(.input0, at: 0, 64, slots: 2), B.buffer(.weights, at: 128, 144, slots: 2),
        B.buffer(.parameters, at: 416, 64, slots: 2), B.buffer(.output, at: 544, 24, slots: 2),
        B.buffer(.accumulator, at: 592, 96),
      ],
      transfers: B.moved(read: 3_368, written: 160, commands: 62), cycles: B.cycles(), macs: 8_640,
      requantization: B.rule(.rq32, channels: 8))
  }

  /// A vector of 160 to 10 accumulators. Tiles: channels 4+4+2.
  private static func fullVector(_ a: Shape, _ y: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Parameters 16, 16, 8 B; blocks 640, 640, 320 B. Read 160 + 1600 + 40.
    return PlannedLayer(
      name: "fc_01", op: "fullyConnected", step: 1, mode: .full,
      inputs: [B.operand("a", Shape(height: 1, width: 1, channels: 160))], output: B.operand("y", y, .int32),
      geometry: B.window(kernel: 1, groups: 1),
      constants: PlannedConstants(
        tensor: "fc_01.weights", bytes: 1_640, parameterBytesPerChannel: 4, weightBits: 8, level: .l2),
      stripe: StripeSize(rows: 1, channels: 10),
      tile: TileSize(height: 1, width: 1, outputChannels: 4, inputChannels: 160), loopOrder: .inputStationary,
      split: .channels, tiles: 3,
      buffers: [
        B.buffer(.input0, at: 0, 160), B.buffer(.weights, at: 160, 640, slots: 2),
        B.buffer(.parameters, at: 1_440, 16, slots: 2), B.buffer(.output, at: 1_472, 16, slots: 2),
      ],
      transfers: B.moved(read: 1_800, written: 40, commands: 10), cycles: B.cycles(), macs: 1_600,
      requantization: nil)
  }
}

extension ValidPlans {
  /// Input and output of the network in L3, through stripes with halo whose rows are not multiples of 4.
  static var striped: DeploymentPlan {
    typealias B = PlanBuilding
    let x = Shape(height: 9, width: 5, channels: 3)
    let a = Shape(height: 5, width: 3, channels: 3)
    return B.plan(
      name: "striped", l1: 200, l2: 292, l3: 228,
      tensors: [
        B.tensor("x", .input, x, .uint8, .l3, at: 92..<228, steps: 0...0),
        B.tensor("a", .activation, a, at: 92..<140, steps: 0...1),
        B.tensor("y", .output, a, .uint8, .l3, at: 92..<140, steps: 1...1),
        B.weights("conv_00", 92, .l3, at: 0, steps: 0...1),
        B.weights("conv_00", 92, .l2, at: 0, steps: 0...1),
      ],
      initialTransfers: [
        L3Transfer(kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 0, bytes: 92)
      ],
      layers: [stripedDepthwise(x, a), stripedRescale(a)], l1Peak: 200, l2Peak: 292)
  }

  /// 3x3 depthwise with stride 2. Stripes of 2+2+1 rows, tiles of one row and 2+1 channels.
  private static func stripedDepthwise(_ x: Shape, _ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Stripes need input rows 0..<4, 3..<8, 7..<9 of 15 B: bytes 0..<60, 44..<120, 104..<136.
    // Tiles need 2, 3, 3, 3, 2 rows (sum 13) and all 5 columns.
    // Blocks 18 -> 20 B and 9 -> 12 B; parameters 40 and 20 B. Read 13 * 5 * 3 + 5 * (18 + 9) + 5 * (40 + 20).
    return PlannedLayer(
      name: "conv_00", op: "depthwiseConvolution", step: 0, mode: .activationsStriped,
      inputs: [B.operand("x", x, .uint8, .l3)], output: B.operand("a", a),
      geometry: B.window(kernel: 3, stride: 2, padding: 1, groups: 3),
      constants: PlannedConstants(
        tensor: "conv_00.weights", bytes: 92, parameterBytesPerChannel: 20, weightBits: 8, level: .l2),
      stripe: StripeSize(rows: 2, channels: 3),
      tile: TileSize(height: 1, width: 3, outputChannels: 2, inputChannels: 2), loopOrder: .inputStationary,
      split: .pixels, tiles: 10,
      buffers: [
        B.buffer(.input0, at: 0, 32, slots: 2), B.buffer(.weights, at: 64, 20, slots: 2),
        B.buffer(.parameters, at: 104, 40, slots: 2), B.buffer(.output, at: 184, 8, slots: 2),
        B.buffer(.input0, at: 140, 76, slots: 2, .l2),
      ],
      transfers: B.moved(read: 630, written: 45, commands: 40, l3Read: 168), cycles: B.cycles(l3: 168), macs: 405,
      requantization: B.rule(.rq64, channels: 3))
  }

  /// Element by element into L3, in stripes of 4+1 rows (36 B and 9 B, of which 12 B are written).
  private static func stripedRescale(_ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "rescale_01", op: "rescale", step: 1, mode: .activationsStriped, inputs: [B.operand("a", a)],
      output: B.operand("y", a, .uint8, .l3), geometry: B.window(kernel: 1, groups: 3), constants: nil,
      stripe: StripeSize(rows: 4, channels: 3),
      tile: TileSize(height: 2, width: 3, outputChannels: 3, inputChannels: 3), loopOrder: .weightStationary,
      split: .rows, tiles: 3,
      buffers: [
        B.buffer(.input0, at: 0, 20, slots: 2), B.buffer(.output, at: 40, 20, slots: 2),
        B.buffer(.output, at: 140, 36, slots: 2, .l2),
      ],
      transfers: B.moved(read: 45, written: 45, commands: 6, l3Written: 48), cycles: B.cycles(l3: 48), macs: 0,
      requantization: B.rule(.rq64s, channels: 3))
  }
}
