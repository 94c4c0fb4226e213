import NetworkIR
import PlanVerification

/// Small plans written by hand, with the arithmetic beside the numbers, that together use every feature of a plan.
enum ValidPlans {
  static let names = ["full", "striped", "streamed", "headed", "paged", "direct", "flash"]

  static func plan(_ name: String) -> DeploymentPlan {
    var plan =
      switch name {
      case "full": full
      case "striped": striped
      case "streamed": streamed
      case "headed": headed
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
      name: "full", l1: 1_504, l2: 2_888, l3: 2_608,
      tensors: [
        B.tensor("x", .input, x, at: 2_768..<2_888, steps: 0...0),
        B.tensor("a", .activation, a, at: 2_608..<2_768, steps: 0...1),
        B.tensor("y", .output, y, .int32, at: 2_768..<2_808, steps: 1...1),
        B.weights("conv_00", 640, .l3, at: 0, steps: 0...1),
        B.weights("conv_00", 640, .l2, at: 1_968, steps: 0...1),
        B.weights("fc_01", 1_968, .l3, at: 640, steps: 0...1),
        B.weights("fc_01", 1_968, .l2, at: 0, steps: 0...1),
      ],
      initialTransfers: [
        L3Transfer(
          kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 1_968, bytes: 640),
        L3Transfer(
          kind: .weights, tensor: "fc_01.weights", phase: .before, l3Offset: 640, l2Offset: 0, bytes: 1_968),
      ],
      layers: [fullConvolution(x, a), fullVector(a, y)], l1Peak: 1_504, l2Peak: 2_888)
  }

  /// 3x3 over 5x4x6 to 5x4x8. Tiles: rows 2+2+1, columns 3+1, channels 4+4, passes 4+2.
  private static func fullConvolution(_ x: Shape, _ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Input rows of the tiles 3, 4, 2 (sum 9); columns 4, 2 (sum 6). With the padding 4 rows and 5 columns.
    // Windows of a channel: 3 rows of 3 * 4 B = 36 B, and at once 9 * 2 -> 20 B; parameters 12 B.
    // Blocks 4 * (36 + 12) = 192 B and 4 * (20 + 12) = 128 B; 2 * (192 + 128) = 640 B.
    // Read: input 9 * 6 * 6 for each of 2 channel tiles = 648; blocks 2 * 320 for each of 6 positions = 3840.
    // Copies: input 6 * 2 * 2, blocks 6 * 2 * 2, output 6 * 2.
    return PlannedLayer(
      name: "conv_00", op: "convolution", step: 0, mode: .full, inputs: [B.operand("x", x)],
      output: B.operand("a", a), geometry: B.window(kernel: 3, padding: 1, groups: 1),
      constants: PlannedConstants(
        tensor: "conv_00.weights", order: .interleaved, bytes: 640, parameterBytesPerChannel: 12, weightBits: 8,
        level: .l2),
      stripe: StripeSize(rows: 5, channels: 8),
      tile: TileSize(height: 2, width: 3, outputChannels: 4, inputChannels: 4), loopOrder: .weightStationary,
      split: .grid, tiles: 24,
      buffers: [
        B.buffer(.input0, at: 0, 80, slots: 2), B.buffer(.weights, at: 160, 192, slots: 2),
        B.buffer(.output, at: 544, 24, slots: 2), B.buffer(.accumulator, at: 592, 96),
      ],
      transfers: B.moved(read: 4_488, written: 160, commands: 60), cycles: B.cycles(), macs: 8_640,
      requantization: B.rule(.rq32, channels: 8))
  }

  /// A vector of 160 to 10 accumulators. Tiles: channels 4+4+2.
  private static func fullVector(_ a: Shape, _ y: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Blocks 4 * (160 + 4) = 656 B, the last one too. Read 160 + 1968.
    return PlannedLayer(
      name: "fc_01", op: "fullyConnected", step: 1, mode: .full,
      inputs: [B.operand("a", Shape(height: 1, width: 1, channels: 160))], output: B.operand("y", y, .int32),
      geometry: B.window(kernel: 1, groups: 1),
      constants: PlannedConstants(
        tensor: "fc_01.weights", order: .interleaved, bytes: 1_968, parameterBytesPerChannel: 4, weightBits: 8,
        level: .l2),
      stripe: StripeSize(rows: 1, channels: 10),
      tile: TileSize(height: 1, width: 1, outputChannels: 4, inputChannels: 160), loopOrder: .inputStationary,
      split: .grid, tiles: 3,
      buffers: [
        B.buffer(.input0, at: 0, 160), B.buffer(.weights, at: 160, 656, slots: 2),
        B.buffer(.output, at: 1_472, 16, slots: 2),
      ],
      transfers: B.moved(read: 2_128, written: 40, commands: 7), cycles: B.cycles(), macs: 1_600,
      requantization: nil)
  }
}

extension ValidPlans {
  /// Input and output of the network in L3, through stripes with halo whose rows are not multiples of 4.
  static var striped: DeploymentPlan {
    typealias B = PlanBuilding
    let x = Shape(height: 9, width: 5, channels: 6)
    let a = Shape(height: 5, width: 3, channels: 6)
    return B.plan(
      name: "striped", l1: 448, l2: 652, l3: 528,
      tensors: [
        B.tensor("x", .input, x, .uint8, .l3, at: 256..<528, steps: 0...0),
        B.tensor("a", .activation, a, at: 256..<348, steps: 0...1),
        B.tensor("y", .output, a, .uint8, .l3, at: 256..<348, steps: 1...1),
        B.weights("conv_00", 256, .l3, at: 0, steps: 0...1),
        B.weights("conv_00", 256, .l2, at: 0, steps: 0...1),
      ],
      initialTransfers: [
        L3Transfer(kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 0, bytes: 256)
      ],
      layers: [stripedDepthwise(x, a), stripedRescale(a)], l1Peak: 448, l2Peak: 652)
  }

  /// 3x3 depthwise with stride 2. Stripes of 2+2+1 rows, tiles of one row and 4+2 channels.
  private static func stripedDepthwise(_ x: Shape, _ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    // Stripes need input rows 0..<4, 3..<8, 7..<9 of 30 B: bytes 0..<120, 88..<240, 208..<272.
    // Tiles need 2, 3, 3, 3, 2 rows (sum 13) and all 5 columns. With the padding 3 rows and 7 columns.
    // Windows 3 rows of 3 -> 4 B; blocks 4 * (12 + 20) = 128 B, the last one too. Read 13 * 5 * 6 + 5 * 2 * 128.
    return PlannedLayer(
      name: "conv_00", op: "depthwiseConvolution", step: 0, mode: .activationsStriped,
      inputs: [B.operand("x", x, .uint8, .l3)], output: B.operand("a", a),
      geometry: B.window(kernel: 3, stride: 2, padding: 1, groups: 6),
      constants: PlannedConstants(
        tensor: "conv_00.weights", order: .columns, bytes: 256, parameterBytesPerChannel: 20, weightBits: 8,
        level: .l2),
      stripe: StripeSize(rows: 2, channels: 6),
      tile: TileSize(height: 1, width: 3, outputChannels: 4, inputChannels: 4), loopOrder: .inputStationary,
      split: .grid, tiles: 10,
      buffers: [
        B.buffer(.input0, at: 0, 84, slots: 2), B.buffer(.weights, at: 168, 128, slots: 2),
        B.buffer(.output, at: 424, 12, slots: 2), B.buffer(.input0, at: 348, 152, slots: 2, .l2),
      ],
      transfers: B.moved(read: 1_670, written: 90, commands: 30, l3Read: 336), cycles: B.cycles(l3: 336), macs: 810,
      requantization: B.rule(.rq64, channels: 6))
  }

  /// Element by element into L3, in stripes of 4+1 rows (72 B and 18 B, of which 20 B are written).
  private static func stripedRescale(_ a: Shape) -> PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "rescale_01", op: "rescale", step: 1, mode: .activationsStriped, inputs: [B.operand("a", a)],
      output: B.operand("y", a, .uint8, .l3), geometry: B.window(kernel: 1, groups: 6), constants: nil,
      stripe: StripeSize(rows: 4, channels: 6),
      tile: TileSize(height: 2, width: 3, outputChannels: 6, inputChannels: 6), loopOrder: .weightStationary,
      split: .rows, tiles: 3,
      buffers: [
        B.buffer(.input0, at: 0, 36, slots: 2), B.buffer(.output, at: 72, 36, slots: 2),
        B.buffer(.output, at: 348, 72, slots: 2, .l2),
      ],
      transfers: B.moved(read: 90, written: 90, commands: 6, l3Written: 92), cycles: B.cycles(l3: 92), macs: 0,
      requantization: B.rule(.rq64s, channels: 6))
  }
}
