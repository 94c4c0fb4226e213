import Hardware
import NetworkIR

@testable import TilingSolver

extension SteppedLayer {
  /// A tile size with its fastest order, split and set of second slots; of equally fast ones the least bytes moved.
  struct BestOfTile {
    var tile: TileSize
    var cycles: Int
    var bytes: Int
  }

  /// Every tile size whose buffers fit.
  func tilings(rows: Range<Int>, channels: Range<Int>, l1Bytes: Int) -> [BestOfTile] {
    var tilings: [BestOfTile] = []
    for height in 1...rows.count {
      for width in 1...output.width {
        for outputs in 1...channels.count where isWholeGroupsOrPart(outputs, of: channels.count) {
          guard beginsAtBytes(outputs, channels.count, layer.output) else { continue }
          for inputs in mixesChannels ? Array(1...input.channels) : [inputChannels(of: outputs)] {
            guard layer.inputs.allSatisfy({ beginsAtBytes(inputs, input.channels, $0.tensor) }) else { continue }
            let tile = TileSize(height: height, width: width, outputChannels: outputs, inputChannels: inputs)
            if let best = best(of: tile, rows: rows, channels: channels, l1Bytes: l1Bytes) { tilings.append(best) }
          }
        }
      }
    }
    return tilings
  }

  private func best(of tile: TileSize, rows: Range<Int>, channels: Range<Int>, l1Bytes: Int) -> BestOfTile? {
    let operands: [PlannedBuffer.Operand] = [.input0, .input1, .weights, .parameters, .output]
    let present = operands.filter {
      switch $0 {
      case .input1: layer.inputs.count > 1
      case .weights: convolution != nil
      case .parameters: constants != nil && order == .plain
      default: true
      }
    }
    var best: BestOfTile?
    for order in LoopOrder.allCases {
      for subset in 0..<1 << present.count {
        let doubled = Set(present.indices.filter { subset >> $0 & 1 == 1 }.map { present[$0] })
        for split in splits {
          let outcome = run(rows: rows, channels: channels, tile: tile, order: order, split: split, doubled: doubled)
          guard outcome.l1Bytes <= l1Bytes else {
            // With more slots it fits no better.
            if doubled.isEmpty { return nil }
            break
          }
          let bytes = outcome.readBytes + outcome.writeBytes
          if let best, (best.cycles, best.bytes) <= (outcome.total, bytes) { continue }
          best = BestOfTile(tile: tile, cycles: outcome.total, bytes: bytes)
        }
      }
    }
    return best
  }

  /// Ways to share a tile that the layer has a choice of.
  private var splits: [CoreSplit] {
    if order != .plain { return [.grid] }
    return needsAllChannels ? [.rows, .pixels] : [.rows, .pixels, .channels]
  }

  /// Whether pieces of `size` of `whole` channels begin at whole bytes.
  private func beginsAtBytes(_ size: Int, _ whole: Int, _ tensor: TensorID) -> Bool {
    stride(from: 0, to: whole, by: size).allSatisfy { $0 * network[tensor].type.bits % 8 == 0 }
  }

  /// Whether tiles of so many output channels are whole groups or equal parts of one.
  private func isWholeGroupsOrPart(_ outputs: Int, of channels: Int) -> Bool {
    if needsAllChannels { return outputs == channels }
    if order != .plain { return outputs == channels || outputs % 4 == 0 }
    guard let convolution, !mixesChannels else { return true }
    let group = convolution.outputChannelsPerGroup
    return outputs % group == 0 || group % outputs == 0
  }

  private func inputChannels(of outputs: Int) -> Int {
    if needsAllChannels { return input.channels }
    guard let convolution else { return outputs }
    return ((outputs - 1) / convolution.outputChannelsPerGroup + 1) * convolution.inputChannelsPerGroup
  }
}
