import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

@Suite struct LayerTilerPinTests {
  private static func layer(groups: Int = 1, channels: Int = 24) -> Workload {
    var builder = LayerTilerNetworkBuilder(name: "pinned", input: Shape(height: 20, width: 20, channels: 16))
    builder.convolve(kernel: Extent(height: 3, width: 3), channels: channels, groups: groups)
    return Workload(builder.network)
  }

  private static func tiler(
    _ workload: Workload, _ pin: LayerPin, l1Available: Int = 12_000, l2Available: Int = 1 << 20
  ) throws -> LayerTiler {
    LayerTiler(
      workload, target: try Target.named("gap8"), l1Available: l1Available, l2Available: l2Available,
      pins: Pins(layers: [pin]))
  }

  private static func pin(_ change: (inout LayerPin) -> Void) -> LayerPin {
    var pin = LayerPin(name: "layer_0")
    change(&pin)
    return pin
  }

  /// One of each kind, with sizes that the candidates do not hold.
  static let pins: [LayerPin] = [
    pin { $0.tile = LayerPin.Tile(height: 11) }, pin { $0.tile = LayerPin.Tile(width: 9) },
    pin { $0.tile = LayerPin.Tile(outputChannels: 7) }, pin { $0.tile = LayerPin.Tile(inputChannels: 5) },
    pin { $0.tile = LayerPin.Tile(height: 3, width: 19, outputChannels: 13, inputChannels: 3) },
    pin { $0.loopOrder = .inputStationary }, pin { $0.split = .rows }, pin { $0.split = .channels },
    pin { $0.mode = .weightsStreamed }, pin { $0.mode = .bothStreamed }, pin { $0.stripe = LayerPin.Stripe(rows: 7) },
    pin { $0.stripe = LayerPin.Stripe(channels: 9) }, pin { $0.stripe = LayerPin.Stripe(rows: 19, channels: 5) },
    pin { $0.buffers = [LayerPin.Buffer(operand: .weights, level: .l1, count: 2)] },
    pin { $0.buffers = [LayerPin.Buffer(operand: .input0, level: .l1, count: 1)] },
    pin { $0.buffers = [LayerPin.Buffer(operand: .accumulator, level: .l1, count: 1)] },
    pin {
      $0.buffers = [
        LayerPin.Buffer(operand: .weights, level: .l2, count: 1),
        LayerPin.Buffer(operand: .input0, level: .l2, count: 2),
      ]
    },
    pin { $0.buffers = [LayerPin.Buffer(operand: .output, level: .l2, count: nil)] },
  ]

  @Test(arguments: pins)
  func `every choice has what is pinned`(pin: LayerPin) throws {
    let workload = Self.layer()
    let choices = try Self.tiler(workload, pin).choices(for: workload.layers[0])
    #expect(!choices.isEmpty)
    for choice in choices {
      #expect(pin.mode.map { $0 == choice.mode } ?? true)
      #expect(pin.loopOrder.map { $0 == choice.loopOrder } ?? true)
      #expect(pin.split.map { $0 == choice.split } ?? true)
      #expect(pin.stripe?.rows.map { $0 == choice.stripe.rows } ?? true)
      #expect(pin.stripe?.channels.map { $0 == choice.stripe.channels } ?? true)
      #expect(pin.tile?.height.map { $0 == choice.tile.height } ?? true)
      #expect(pin.tile?.width.map { $0 == choice.tile.width } ?? true)
      #expect(pin.tile?.outputChannels.map { $0 == choice.tile.outputChannels } ?? true)
      #expect(pin.tile?.inputChannels.map { $0 == choice.tile.inputChannels } ?? true)
      for pinned in pin.buffers ?? [] {
        let buffer = choice.buffers.first { $0.operand == pinned.operand && $0.level == pinned.level }
        #expect(buffer != nil && pinned.count.map { $0 == buffer?.count } ?? true)
      }
    }
  }

  /// In 9,000 B of L2 the constants of 48 channels, 6,912 B and parameters, may have heads.
  @Test(arguments: [(1, 24, 1 << 20), (2, 24, 1 << 20), (16, 16, 1 << 20), (1, 48, 9_000)])
  func `a whole choice as pins gives that choice back`(groups: Int, channels: Int, l2Bytes: Int) throws {
    let workload = Self.layer(groups: groups, channels: channels)
    let free = try Self.tiler(workload, LayerPin(name: "another"), l2Available: l2Bytes)
      .choices(for: workload.layers[0])
    #expect(free.count > 20)
    #expect(free.contains { $0.headChunks > 0 } == (l2Bytes == 9_000))
    for choice in free {
      let pin = Self.pin {
        $0.mode = choice.mode
        $0.stripe = LayerPin.Stripe(rows: choice.stripe.rows, channels: choice.stripe.channels)
        $0.tile = LayerPin.Tile(
          height: choice.tile.height, width: choice.tile.width, outputChannels: choice.tile.outputChannels,
          inputChannels: choice.tile.inputChannels)
        $0.loopOrder = choice.loopOrder
        $0.split = choice.split
        $0.headChunks = choice.headChunks
        $0.buffers = choice.buffers.map { LayerPin.Buffer(operand: $0.operand, level: $0.level, count: $0.count) }
      }
      let pinned = try Self.tiler(workload, pin, l2Available: l2Bytes).choices(for: workload.layers[0])
      #expect(pinned.contains(choice), "\(choice)")
      #expect(pinned.allSatisfy { $0.headChunks == choice.headChunks }, "\(choice)")
    }
  }

  @Test func `a pinned tile that does not fit L1 says what it takes`() throws {
    let workload = Self.layer()
    let pin = Self.pin { $0.tile = LayerPin.Tile(height: 20, width: 20, outputChannels: 24, inputChannels: 16) }
    let tiler = try Self.tiler(workload, pin)
    #expect(tiler.choices(for: workload.layers[0]).isEmpty)
    let finding = tiler.infeasibility(for: workload.layers[0])
    // 6,400 B of input, 9,600 B of output, 24 x 9 x 16 B of weights, 24 x 4 B of parameters.
    #expect(finding.code == "DG0520" && finding.node == "layer_0")
    #expect(finding.message.contains("tile.height 20, tile.width 20, tile.outputChannels 24, tile.inputChannels 16"))
    #expect(finding.message.contains("takes 19552 B of L1 at least"))
    #expect(finding.message.contains("7552 B more than the 12000 B there are"))
  }

  @Test func `pinned slots that do not fit L2 say what they take`() throws {
    let workload = Self.layer()
    let pin = Self.pin {
      $0.stripe = LayerPin.Stripe(rows: 10)
      $0.buffers = [LayerPin.Buffer(operand: .output, level: .l2, count: 2)]
    }
    let tiler = try Self.tiler(workload, pin, l2Available: 8_000)
    let finding = tiler.infeasibility(for: workload.layers[0])
    #expect(finding.code == "DG0520" && finding.message.contains("takes 9600 B of L2 at least (output 9600 B)"))
  }

  static let contradictions: [LayerPin] = [
    pin { ($0.mode, $0.stripe) = (.full, LayerPin.Stripe(rows: 4)) },
    pin { $0.buffers = [LayerPin.Buffer(operand: .input1, level: .l1, count: 1)] },
    pin { $0.buffers = [LayerPin.Buffer(operand: .output, level: .l1, count: 3)] },
  ]

  @Test(arguments: contradictions)
  func `pins that no tiling has are named`(pin: LayerPin) throws {
    let workload = Self.layer()
    let tiler = try Self.tiler(workload, pin)
    #expect(tiler.choices(for: workload.layers[0]).isEmpty)
    let finding = tiler.infeasibility(for: workload.layers[0])
    #expect(finding.code == "DG0520" && finding.message.hasSuffix("is no tiling of the layer"), "\(finding)")
  }

  /// Of two groups of 12 output channels, each of which takes 8 input channels, a tile holds one, both, or an equal part of one.
  static let oddSizes: [(LayerPin, String, String)] = [
    (
      pin { $0.tile = LayerPin.Tile(height: 3, width: 3, outputChannels: 5) }, "tile.outputChannels can't be 5",
      "give tile.outputChannels 4 or 6, or leave it out"
    ),
    (
      pin { $0.tile = LayerPin.Tile(outputChannels: 13) }, "tile.outputChannels can't be 13",
      "give tile.outputChannels 12 or 24, or leave it out"
    ),
    (
      pin { $0.tile = LayerPin.Tile(outputChannels: 4, inputChannels: 16) }, "tile.inputChannels can't be 16",
      "give tile.inputChannels 8, or leave it out"
    ),
    (
      pin { $0.tile = LayerPin.Tile(outputChannels: 5, inputChannels: 9) },
      "tile.outputChannels can't be 5, tile.inputChannels can't be 9",
      "give tile.outputChannels 4 or 6, tile.inputChannels 8 or 16, or leave them out"
    ),
    (
      pin { ($0.tile, $0.stripe) = (LayerPin.Tile(height: 8), LayerPin.Stripe(rows: 4)) }, "tile.height can't be 8",
      "give tile.height 4, or leave it out"
    ),
  ]

  @Test(arguments: oddSizes)
  func `sizes that a layer can't have are named with those next to them`(
    pin: LayerPin, problem: String, hint: String
  ) throws {
    let workload = Self.layer(groups: 2)
    let tiler = try Self.tiler(workload, pin)
    #expect(tiler.choices(for: workload.layers[0]).isEmpty)
    let finding = tiler.infeasibility(for: workload.layers[0])
    #expect(finding.message.hasSuffix("is no tiling of the layer: \(problem)"), "\(finding)")
    #expect(finding.hint == hint)
  }

  @Test func `row stripes load constants of one tile once`() throws {
    var builder = LayerTilerNetworkBuilder(name: "rows", input: Shape(height: 16, width: 16, channels: 8))
    builder.convolve(kernel: .one, channels: 8)
    let workload = Workload(builder.network)
    let pin = Self.pin {
      $0.stripe = LayerPin.Stripe(rows: 4)
      $0.tile = LayerPin.Tile(height: 2, width: 16, outputChannels: 8, inputChannels: 8)
    }
    let choices = try Self.tiler(workload, pin).choices(for: workload.layers[0])
    #expect(!choices.isEmpty)
    for choice in choices { #expect(choice.transfers.l2l1ReadBytes == 16 * 16 * 8 + 8 * 8 + 8 * 4) }
  }

  @Test func `channel chunks load an input of one tile once`() throws {
    var builder = LayerTilerNetworkBuilder(name: "channels", input: Shape(height: 4, width: 4, channels: 32))
    builder.convolve(kernel: .one, channels: 32)
    let workload = Workload(builder.network)
    let pin = Self.pin {
      $0.stripe = LayerPin.Stripe(rows: 4, channels: 8)
      $0.tile = LayerPin.Tile(height: 4, width: 4, outputChannels: 8, inputChannels: 32)
    }
    let choices = try Self.tiler(workload, pin).choices(for: workload.layers[0])
    #expect(!choices.isEmpty)
    for choice in choices { #expect(choice.transfers.l2l1ReadBytes == 4 * 4 * 32 + 32 * 32 + 32 * 4) }
  }

  /// The second convolution of AlexNet: the weights of one of its two groups take 153,600 bytes.
  @Test func `a group whose weights exceed L1 is tiled in parts`() throws {
    var builder = LayerTilerNetworkBuilder(name: "alexnet", input: Shape(height: 27, width: 27, channels: 96))
    builder.convolve(kernel: Extent(height: 5, width: 5), channels: 256, groups: 2)
    let workload = Workload(builder.network)
    let tiler = LayerTiler(
      workload, target: try Target.named("gap8"), l1Available: 57_344, l2Available: 462_848)
    let choices = tiler.choices(for: workload.layers[0])
    #expect(choices.contains { $0.mode == .full } && choices.contains { $0.mode == .weightsStreamed })
    for choice in choices {
      #expect(128 % choice.tile.outputChannels == 0 && choice.tile.inputChannels == 48)
      #expect(choice.l1PeakBytes <= 57_344)
    }
  }
}
