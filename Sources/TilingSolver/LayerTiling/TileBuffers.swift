import Hardware
import NetworkIR

/// L1 slots of each operand of a tiling, in bytes, multiples of 4; 0 for operands that the layer does not have.
struct TileBuffers: Equatable {
  var input0 = 0
  var input1 = 0
  var weights = 0
  var parameters = 0
  var output = 0
  /// 32-bit partial sums; only where input channels come in several passes.
  var accumulator = 0

  /// Buffers for tiles whose input is at most `inputRows` by `inputColumns` inside the map; outside the plain order of
  /// constants an input slot has room for what lies around the map, too.
  init(_ shape: LayerShape, tile: TileSize, inputRows: Int, inputColumns: Int) {
    let rows = shape.slotRows(tileHeight: tile.height, inside: inputRows)
    let columns = shape.slotColumns(tileWidth: tile.width, inside: inputColumns)
    func bytes(_ type: ElementType) -> Int {
      (rows * columns * type.pixelBytes(channels: tile.inputChannels)).roundedUp(to: 4)
    }
    input0 = bytes(shape.inputTypes[0])
    if shape.inputTypes.count > 1 { input1 = bytes(shape.inputTypes[1]) }
    let pixels = tile.height * tile.width
    output = (pixels * shape.outputType.pixelBytes(channels: tile.outputChannels)).roundedUp(to: 4)
    guard shape.hasConstants else { return }
    let inputChannelsPerOutput = shape.channels == .mixed ? tile.inputChannels : shape.inputChannelsPerOutput
    weights = shape.weightBytes(outputChannels: tile.outputChannels, inputChannels: inputChannelsPerOutput)
      .roundedUp(to: 4)
    parameters = shape.parameterBytes(outputChannels: tile.outputChannels)
    if tile.inputChannels < shape.input.channels, shape.channels == .mixed {
      accumulator = 4 * pixels * tile.outputChannels
    }
  }

  /// With one slot each.
  var bytes: Int { input0 + input1 + weights + parameters + output + accumulator }

  func bytes(of operand: TileOperands) -> Int {
    (operand.contains(.input0) ? input0 : 0) + (operand.contains(.input1) ? input1 : 0)
      + (operand.contains(.weights) ? weights : 0) + (operand.contains(.parameters) ? parameters : 0)
      + (operand.contains(.output) ? output : 0)
  }

  /// One after the other from address 0.
  func placed(doubled: TileOperands) -> [PlannedBuffer] {
    let operands: [(PlannedBuffer.Operand, Int, Bool)] = [
      (.input0, input0, doubled.contains(.input0)), (.input1, input1, doubled.contains(.input1)),
      (.weights, weights, doubled.contains(.weights)), (.parameters, parameters, doubled.contains(.parameters)),
      (.output, output, doubled.contains(.output)), (.accumulator, accumulator, false),
    ]
    var offset = 0
    var buffers: [PlannedBuffer] = []
    for (operand, bytes, isDoubled) in operands where bytes > 0 {
      let count = isDoubled ? 2 : 1
      buffers.append(PlannedBuffer(operand: operand, level: .l1, offset: offset, bytes: bytes, count: count))
      offset += bytes * count
    }
    return buffers
  }
}
