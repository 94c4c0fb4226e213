import NetworkIR

extension SinglePrecisionAverage {
  /// The output code of a window, literally in the machine's float32; nil where the divisor is 0 or the quotient is no
  /// number.
  func code(of window: PoolingWindow, in input: Activation) -> Int? {
    let (inputScale, outputScale) = (Float(bitPattern: inputScale), Float(bitPattern: outputScale))
    let count = divisor ?? window.count
    let sum = window.fold(input, Float(0)) { sum, code in
      let number = Float(code - inputZeroPoint) * inputScale
      return sum + number
    }
    let mean = sum / Float(count)
    let quotient = mean / outputScale
    let nearest = (quotient + Float(outputZeroPoint)).rounded(.toNearestOrEven)
    guard count > 0, !nearest.isNaN else { return nil }
    // Beyond 2^40 every clamp has been reached.
    let code = Int(min(max(nearest, -0x1p40), 0x1p40))
    return min(max(code, clamp.lowerBound), clamp.upperBound)
  }
}
