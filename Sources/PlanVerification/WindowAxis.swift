import NetworkIR

/// A sliding window along rows or along columns.
struct WindowAxis: Equatable, Sendable {
  var kernel: Int
  var stride: Int
  var dilation: Int
  /// Positions added before and after the map.
  var paddingBefore: Int
  var paddingAfter: Int

  static func rows(of geometry: LayerGeometry) -> WindowAxis {
    WindowAxis(
      kernel: geometry.kernel.height, stride: geometry.stride.height, dilation: geometry.dilation.height,
      paddingBefore: geometry.padding.top, paddingAfter: geometry.padding.bottom)
  }

  static func columns(of geometry: LayerGeometry) -> WindowAxis {
    WindowAxis(
      kernel: geometry.kernel.width, stride: geometry.stride.width, dilation: geometry.dilation.width,
      paddingBefore: geometry.padding.left, paddingAfter: geometry.padding.right)
  }

  /// Positions from the first to the last one that a window touches.
  var reach: Int { (kernel - 1) * dilation + 1 }

  /// Windows that fit into `inputs` positions with their padding; 0 where not even one does.
  func outputs(of inputs: Int) -> Int {
    let room = inputs + paddingBefore + paddingAfter - reach
    return room < 0 ? 0 : room / stride + 1
  }

  /// Positions from the first to the last one that `outputs` windows touch, inside the map or not.
  func inputs(of outputs: Int) -> Int { (outputs - 1) * stride + reach }

  /// The input positions that `outputs` need, clipped to the map's `limit`: what is outside is padding.
  func inputs(of outputs: Range<Int>, limit: Int) -> Range<Int> {
    let first = outputs.lowerBound * stride - paddingBefore
    let end = (outputs.upperBound - 1) * stride - paddingBefore + reach
    let start = min(max(first, 0), limit)
    return start..<min(max(end, start), limit)
  }
}
