//go:build tools

// Package aws pins the plugin by which Velero speaks S3.
package aws

import _ "github.com/vmware-tanzu/velero-plugin-for-aws/velero-plugin-for-aws"
