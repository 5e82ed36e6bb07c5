// Arithmetic kernels: every loop over many numbers that Swift's compiler would leave scalar.
//
// Rules that hold for all of them:
// - Matrices are row-major and dense. Pointers do not overlap unless a comment says so; sizes may be zero.
// - No fused multiply-add and no libm inside loops; long reductions use 16 fixed lanes. So every machine, whatever
//   its vector width, gets the same bits. The one exception is the screening of k-means, whose rounding errors are
//   bounded and decide nothing: what lies within the bound is decided again in double precision.
#ifndef CLAVA_KERNELS_H
#define CLAVA_KERNELS_H

#include "CKernelsCalibration.h"
#include "CKernelsClustering.h"
#include "CKernelsDiffusion.h"
#include "CKernelsDiscrete.h"
#include "CKernelsDropout.h"
#include "CKernelsNeighbours.h"
#include "CKernelsNetwork.h"
#include "CKernelsNormalization.h"
#include "CKernelsOptimizer.h"
#include "CKernelsRandom.h"
#include "mixture.h"

#endif
