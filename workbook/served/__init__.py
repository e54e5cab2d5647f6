"""The lab as a server: real clients of AWS, in any language, talk to the lab as boto3 in a notebook does."""
