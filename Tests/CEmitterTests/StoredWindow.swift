import NetworkIR

/// The window of one channel tap by tap: runs of consecutive bytes in a map of endless rows, each filled up to words.
struct StoredWindow {
  /// Lengths of the runs in bytes.
  let runs: [Int]
  /// Bytes of all runs with their filling.
  let bytes: Int

  /// `pixelBytes` are those of the input channels at one position. Short windows of dense layers may be one run, rows of
  /// depthwise ones are, however far their taps are apart.
  init(_ geometry: LayerGeometry, pixelBytes: Int, isGathered: Bool) {
    let (kernel, dilation) = (geometry.kernel, geometry.dilation)
    var runs: [Int] = []
    var end = -1
    for row in 0..<kernel.height {
      for column in 0..<kernel.width {
        let address = (row * dilation.height << 40) + column * (isGathered ? dilation.width : 1) * pixelBytes
        if address == end { runs[runs.count - 1] += pixelBytes } else { runs.append(pixelBytes) }
        end = address + pixelBytes
      }
    }
    func stored(_ runs: [Int]) -> Int { runs.reduce(0) { $0 + ($1 + 3) / 4 * 4 } }
    let whole = [kernel.area * pixelBytes]
    let isWhole = isGathered && stored(whole) <= 128 && stored(whole) < stored(runs)
    self.runs = isWhole ? whole : runs
    bytes = stored(self.runs)
  }
}
