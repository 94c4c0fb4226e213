import Foundation
import Testing

@testable import Deployment

struct WorkProgressTests {
  @Test func `what is being done now is said in the order in which it began`() async {
    let progress = WorkProgress()
    #expect(progress.words == "")
    await progress.during({ "building" }) {
      progress.doing({ "reference" }) { #expect(progress.words == "building; reference") }
      #expect(progress.words == "building")
      await progress.during({ "" }) { #expect(progress.words == "building") }
    }
    #expect(progress.words == "")
  }

  @Test func `work that fails is over`() async {
    struct Fault: Error {}
    let progress = WorkProgress()
    await #expect(throws: Fault.self) { try await progress.during({ "building" }) { throw Fault() } }
    #expect(throws: Fault.self) { try progress.doing({ "building" }) { throw Fault() } }
    #expect(progress.words == "")
  }

  /// Two samples of layers with 10, 1 and 5 bytes.
  @Test(arguments: [
    (0, "sample 1 of 2, layer 1 of 3"), (9, "sample 1 of 2, layer 1 of 3"), (10, "sample 1 of 2, layer 2 of 3"),
    (11, "sample 1 of 2, layer 3 of 3"), (16, "sample 2 of 2, layer 1 of 3"), (27, "sample 2 of 2, layer 3 of 3"),
    (32, "sample 2 of 2, layer 3 of 3"), (99, "sample 2 of 2, layer 3 of 3"),
  ])
  func `a layer is running until all of it is written`(written: Int, words: String) {
    let progress = LayerFileProgress(path: "/nowhere", layerBytes: [10, 1, 5], samples: 2)
    #expect(progress.words(ofLayers: true, written: written) == words)
    #expect(progress.words(ofLayers: false, written: written) == String(words.prefix(13)))
  }

  @Test func `a file that is not there is one without a byte`() {
    let progress = LayerFileProgress(path: "/nowhere", layerBytes: [10], samples: 1)
    #expect(progress.words(ofLayers: true) == "sample 1 of 1, layer 1 of 1")
    #expect(LayerFileProgress(path: "/nowhere", layerBytes: [], samples: 1).words(ofLayers: true) == "")
  }

  @Test func `a build is as far as the objects that its Makefile makes`() throws {
    let folder = try TemporaryFolder()
    let files = [
      "network.c", "network.h", "layers/conv.c", "runtime/dory.c", "kernels/dory.c", "simulator/main.c",
      "cluster/start.S", "cluster/main.c", "cluster/simulator/cluster.cpp", "pmsis/main.c", "Makefile",
    ]
    let host = BuildProgress(.host, project: folder.path, files: files)
    let cluster = BuildProgress(.cluster, project: folder.path, files: files)
    #expect(host.words == "building for the host: 0 of 5 files")
    #expect(cluster.words == "building for the cluster: 0 of 6 files")
    func make(_ path: String) throws {
      let url = folder.url.appending(path: "build/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
    for object in ["network", "layers/conv", "runtime/dory"] { try make("host/\(object).o") }
    #expect(host.words == "building for the host: 3 of 5 files")
    for object in ["kernels/dory", "simulator/main"] { try make("host/\(object).o") }
    #expect(host.words == "linking")
    for object in ["network", "layers/conv", "runtime/dory", "kernels/dory", "cluster/start", "cluster/main"] {
      try make("cluster/\(object).o")
    }
    #expect(cluster.words == "building the simulator of the cluster, once for this machine")
    try make("cluster/simulator")
    #expect(cluster.words == "linking")
  }
}
