/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the network on the cluster: brings the weights once, then every sample of the input file. */
#include "cluster_host_call.h"
#include "network.h"
#include "weights.h"

/* The first core's work, called by the start-up code. The other cores wait for tasks. */
int main(void) {
  cluster_call_host(CLUSTER_HOST_WEIGHTS, WEIGHTS_RAM_BYTES, WEIGHTS_FLASH_BYTES, WEIGHTS_CRC32);
  cluster_call_host(CLUSTER_HOST_BEGIN_LOAD, 0, 0, 0);
  network_load();
  cluster_call_host(CLUSTER_HOST_END_LOAD, 0, 0, 0);
  while (cluster_call_host(CLUSTER_HOST_NEXT_SAMPLE, 0, 0, 0), cluster_load(CLUSTER_HOST_CALL) != 0) {
    for (int32_t i = 0; i < NETWORK_INPUTS; i++) {
      cluster_call_host_with(CLUSTER_HOST_READ_INPUT, &network_inputs[i]);
    }
    cluster_call_host(CLUSTER_HOST_BEGIN_SAMPLE, 0, 0, 0);
    network_run();
    cluster_call_host(CLUSTER_HOST_END_SAMPLE, 0, 0, 0);
    for (int32_t i = 0; i < NETWORK_OUTPUTS; i++) {
      cluster_call_host_with(CLUSTER_HOST_WRITE_OUTPUT, &network_outputs[i]);
    }
  }
  return 0;
}
