import Foundation

/// A `make` that builds the host's program instead of the cluster's, behind the options of the cluster's simulator.
///
/// It is put in front of the path of a run of the tool, so that what the tool does with a cluster is tested where none can
/// be built. Layer n of every sample takes 1000 * (n + 1) cycles.
struct StandInCluster {
  /// For the tool's process.
  var environment: [String: String]

  /// Writes the scripts into an empty folder.
  ///
  /// - Parameters:
  ///   - folder: where they lie.
  ///   - layers: of the network that will be run.
  ///   - fault: what the simulator says instead of ending well.
  /// - Throws: where the scripts can't be written.
  init(in folder: String, layers: Int, fault: String? = nil) throws {
    let simulator = """
      #!/bin/sh
      while [ $# -gt 0 ]; do
        case "$1" in
          --program|--configuration) ;;
          --report) report=$2 ;;
          --timeline) echo '[]' > "$2" ;;
          --samples) samples=$2; kept="$kept $1 $2" ;;
          *) kept="$kept $1 $2" ;;
        esac
        shift 2
      done
      \(fault.map { "echo '\($0)' >&2; exit 70" } ?? "")
      layer() {
        echo "{\\"step\\": $1, \\"name\\": \\"\\", \\"cycles\\": $(($1 * 1000 + 1000)), \\"compute\\": $(($1 * 1000)),"
        echo '"dma": 500, "l3": 300, "control": 200, "conflicts": 5, "cacheMisses": 6}'
      }
      sample() {
        echo '{"cycles": 70000, "layers": ['
        layer 0
        for step in $(seq 1 \(layers - 1)); do echo ,; layer $step; done
        echo ']}'
      }
      {
        echo '{"load": {"cycles": 12}, "samples": ['
        sample
        for number in $(seq 2 $samples); do echo ,; sample; done
        echo '], "faults": []}'
      } > "$report"
      exec "$(dirname "$0")/../host/network" $kept

      """
    let make = """
      #!/bin/sh
      PATH=${PATH#*:}
      for word in "$@"; do
        if [ "$word" = cluster ]; then
          make -C "$2" host && mkdir -p "$2/build/cluster" && cp '\(folder)/simulator' "$2/build/cluster/simulator"
          exit
        fi
      done
      exec make "$@"

      """
    for (name, text) in [("make", make), ("simulator", simulator)] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/" + name)
    }
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = folder + ":" + (environment["PATH"] ?? "")
    self.environment = environment
  }
}
